/**
 * @file test_sandbox.c  What a mixer cannot do any more
 *
 * In a process of its own, for there is no way back. Its exit code is the
 * number of the first thing that it could do and should not, or the reverse.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "mixer/server/sandbox.h"
#include "tests/unit/unit.h"


static int try_all(pid_t parent)
{
	char *argv[] = {NULL};
	int death = 0;
	bool fonts;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sandbox_privileges())
		return 1;
	(void)prctl(PR_GET_PDEATHSIG, &death);
	if (geteuid() == 0 || setuid(0) != -1 || death != SIGKILL ||
	    !setpriority(PRIO_PROCESS, 0, -20))
		return 2;

	fonts = sandbox_files();
	if (fonts && open("/etc/passwd", O_RDONLY) >= 0)
		return 3;
	if (sandbox_enter(fonts))
		return 4;

	if (open("/etc/passwd", O_RDONLY) >= 0 ||
	    open("/tmp/x", O_RDWR | O_CREAT, 0600) >= 0)
		return 5;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ||
	    socket(AF_INET, SOCK_STREAM, 0) >= 0 ||
	    socket(AF_NETLINK, SOCK_DGRAM, 0) >= 0)
		return 6;
	if (socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0)
		return 7;
	if (!kill(parent, 0) || !syscall(SYS_tgkill, parent, parent, 0) ||
	    syscall(SYS_tgkill, getpid(), gettid(), 0))
		return 8;
	if (execve("/bin/true", argv, argv) != -1 || fork() != -1)
		return 9;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 10;
	if (ioctl(STDERR_FILENO, TIOCSTI, "x") != -1 || errno != EPERM)
		return 11;

	return 0;
}


static void nothing_is_left_but_sockets(void)
{
	pid_t parent = getpid(), child = fork();
	int status = 0;

	CU_ASSERT_TRUE_FATAL(child >= 0);
	if (!child)
		_exit(try_all(parent));

	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}


/** Of this process, from /proc; 0: not told */
static unsigned descriptor_room(void)
{
	unsigned room = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "FDSize: %u", &room);
	if (f)
		(void)fclose(f);

	return room;
}


/** No call that comes waits for the kernel to make more */
static void all_descriptors_have_room_at_once(void)
{
	pid_t child = fork();
	int status = 0;

	CU_ASSERT_TRUE_FATAL(child >= 0);
	if (!child)
		_exit(sandbox_limits() > descriptor_room());

	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static CU_TestInfo tests[] = {
	{"nothing is left but sockets", nothing_is_left_but_sockets},
	{"all descriptors have room at once",
	 all_descriptors_have_room_at_once},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(sandbox, tests)
