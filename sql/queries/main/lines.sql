-- name: Line_List
SELECT name, title, color, dsn, origins, locale, greeting, reply_time FROM lines ORDER BY name;

-- name: Line_Put
INSERT INTO lines (name, title, color, dsn, origins, locale, greeting, reply_time)
VALUES (:name, :title, :color, :dsn, :origins, :locale, :greeting, :reply_time)
ON CONFLICT (name) DO UPDATE SET title = excluded.title, color = excluded.color, dsn = excluded.dsn, origins = excluded.origins,
    locale = excluded.locale, greeting = excluded.greeting, reply_time = excluded.reply_time;
