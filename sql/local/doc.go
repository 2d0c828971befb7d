// Package local runs a private Postgres beside the program, for a run without DATABASE_URL.
//
// The programs are the system's own (initdb, postgres); the data live in one directory, which one process at a time may serve:
//
//	pg/        the cluster, owned by the account that Postgres runs as (never root, which Postgres refuses)
//	pg.init-*  a cluster in the making; it is renamed to pg when whole, so an interrupted initdb leaves only litter
//	pg.lock    held by the serving process with flock, which the kernel releases whatever ends that process
//	pg.socket  the directory of the Unix socket, or a link to it where a socket could not have such a name
//	pg.log     what Postgres says; statements and the values in them are kept out of it
//
// There is no port and no password: the socket's directory is open to the serving account alone.
package local
