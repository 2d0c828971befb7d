# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /unique-support ./cmd/unique-support

# The image has no Postgres: DATABASE_URL says where one is.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data support \
    && install -d -o support -g support -m 0700 /data
COPY --from=build /unique-support /usr/local/bin/unique-support
USER support
ENV SUPPORT_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["unique-support"]
CMD ["serve"]
