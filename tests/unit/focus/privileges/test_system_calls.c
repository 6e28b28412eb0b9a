/**
 * @file test_system_calls.c  What cannot be asked of the kernel any more
 *
 * In a process of its own, for there is no way back.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "focus/privileges/system_calls.h"
#include "mixer/base/re.h"
#include "tests/unit/focus/privileges/child.h"
#include "tests/unit/unit.h"


static bool denied(long result)
{
	return result == -1 && errno == EPERM;
}


/** Each would fail otherwise with another errno than EPERM, root or not */
static int try_denied(void)
{
	if (!denied(syscall(SYS_bpf, 0, NULL, 0)) ||
	    !denied(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0)) ||
	    !denied(syscall(SYS_userfaultfd, -1)) ||
	    !denied(syscall(SYS_io_uring_setup, 0, NULL)) ||
	    !denied(syscall(SYS_keyctl, -1, 0, 0, 0, 0)))
		return 2;
	if (!denied(mount(NULL, "/nonexistent", NULL, 0, NULL)) ||
	    !denied(unshare(CLONE_NEWUSER)) || !denied(setns(-1, 0)) ||
	    !denied(chroot("/nonexistent")))
		return 3;
	if (!denied(syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0,
			    0)))
		return 4;
	if (!denied(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL,
			    NULL, NULL)) ||
	    syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS)
		return 5;
	if (!denied(setuid(getuid())) || !denied(setgid(getgid())))
		return 6;

	return 0;
}


/** What it lives by */
static int try_allowed(void)
{
	int status = 0, fd;
	pid_t child;

	fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 10;
	(void)close(fd);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 11;
	(void)close(fd);

	child = fork();
	if (!child) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		return 12;

	return 0;
}


static int try_all(void)
{
	int err;

	if (system_calls_deny(true))
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
		return 20;
	err = try_denied();

	return err ? err : try_allowed();
}


/** Its mixers have still to become nobody */
static int try_root(void)
{
	if (system_calls_deny(false))
		return 1;

	return setuid(getuid()) || !denied(setns(-1, 0)) ? 2 : 0;
}


static void what_an_intruder_goes_on_with_is_denied(void)
{
	CU_ASSERT_EQUAL(in_child(try_all), 0);
}


static void who_stays_root_may_start_others(void)
{
	CU_ASSERT_EQUAL(in_child(try_root), 0);
}


static CU_TestInfo tests[] = {
	{"what an intruder goes on with is denied",
	 what_an_intruder_goes_on_with_is_denied},
	{"who stays root may start others", who_stays_root_may_start_others},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(system_calls, tests)
