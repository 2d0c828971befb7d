package main

import "syscall"

// rows are the rows of the matrix that this tool runs; docs/operating/faults.md says why the others are not here.
func rows() []row {
	return []row{
		{1, "kill -9 of a random node", killNodes},
		{2, "rolling restart", restartNodes},
		{3, "kill -9 of line a's Postgres", killPostgres(syscall.SIGKILL)},
		{4, "fast and immediate stops of line a's Postgres", killPostgres(syscall.SIGINT, syscall.SIGQUIT)},
		{5, "kill -9 of one backend of Postgres", killBackend},
		{6, "line b's database is cut off", isolated(cutOff)},
		{7, "line b's database is a black hole", isolated(blackHole)},
		{8, "line b's database answers 2 s late", isolated(slow)},
		{80, "line b's messages are locked", isolated(locked("BEGIN; LOCK TABLE line_b.messages"))},
		{81, "line b's conversations are held by an open transaction", isolated(locked("BEGIN; UPDATE line_b.conversations SET labels = labels"))},
		{9, "line b gets no connections", isolated(noConnections)},
		{10, "80±40 ms to line a's database", far},
		{11, "answers lost after commit", lostAnswers},
		{12, "what the servers send on streams is lost on the way", deafPath},
		{13, "clients vanish without a word", unplugged},
		{14, "1,000 sockets that nobody reads", deafReaders},
		{15, "one of two nodes with very many streams dies", halfTheNodes},
		{16, "one message sent 16 times at once over all nodes", givenBack(repeats)},
		{17, "one node's clock is an hour ahead, one's an hour behind", clocks},
		{18, "the disks of line a's Postgres are full", diskFull},
		{19, "a node's files are used up", fewFiles},
		{20, "nodes leave between a visitor and her agent", leavers},
		{21, "poison: texts that must not hurt", givenBack(poison)},
		{22, "nodes hear nothing of each other", unheard},
		{23, "line a's database is an older backup", restored},
		{24, "line a's Postgres dies, and its standby takes over", failover},
		{240, "the same with a standby that was behind", lagging},
		{25, "old and new version side by side", twoVersions},
		{28, "a node in little memory", littleMemory},
	}
}
