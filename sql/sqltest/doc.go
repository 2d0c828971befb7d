// Package sqltest gives every test a Postgres database of its own: a clone of a template that was migrated once.
//
// A package of tests says in its TestMain how the template is made, and each test opens a clone:
//
//	func TestMain(m *testing.M) { os.Exit(sqltest.Run(m, prepare)) }
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		dsn := sqltest.Open(t)
//		...
//	}
//
// The first test that opens one starts a private server for the test process; where SUPPORT_TEST_DATABASE_URL is set,
// the server it names is used instead, whose role must be allowed to create databases.
//
// With goleak, wrap the run: goleak.VerifyTestMain(sqltest.Main{M: m, Prepare: prepare}). A check inside a single test
// passes goleak.IgnoreAnyFunction(sqltest.Background), for the server goes on.
package sqltest
