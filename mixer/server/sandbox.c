/**
 * @file mixer/server/sandbox.c  Limits and the list of system calls
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include "mixer/server/sandbox.h"


enum {
	FILES_ENOUGH = 8192,
	NICE = -10,
	NOBODY = 65534, /* Debian's nobody and nogroup */
};

/* What an event loop with sockets, memory and threads needs */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getsockopt),
	SCMP_SYS(shutdown),
	SCMP_SYS(fcntl),
	SCMP_SYS(geteuid),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(eventfd2),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getrandom),
	SCMP_SYS(brk),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getrusage),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(getuid),
	SCMP_SYS(lseek),
	SCMP_SYS(getcpu),
	SCMP_SYS(setpriority),
	SCMP_SYS(getpriority),
	SCMP_SYS(fstat),
	SCMP_SYS(pread64),
};

/* What reading a font takes; Landlock says which files */
static const int reading[] = {
	SCMP_SYS(newfstatat), SCMP_SYS(statx),      SCMP_SYS(stat),
	SCMP_SYS(lstat),      SCMP_SYS(access),     SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(fstatfs),    SCMP_SYS(getdents64),
	SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
};

static const char *const font_folders[] = {
	"/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig",
	"/etc/fonts",       "/var/cache/fontconfig",
};


/* The kernel doubles its table of descriptors when it is full, and waits until
 * no processor looks at the old one where other threads could: 20 ms of the
 * media thread. There are no others yet */
static void make_room(rlim_t files)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, (int)files - 1);

	if (fd >= 0)
		(void)close(fd);
}


unsigned sandbox_limits(void)
{
	struct rlimit files, core = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &core);
	if (getrlimit(RLIMIT_NOFILE, &files))
		return 1024;

	files.rlim_cur = files.rlim_max;
	if (files.rlim_cur > FILES_ENOUGH)
		files.rlim_cur = FILES_ENOUGH;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	make_room(files.rlim_cur);

	return (unsigned)files.rlim_cur;
}


bool sandbox_priority(void)
{
	return !setpriority(PRIO_PROCESS, 0, NICE);
}


static int become_nobody(void)
{
	int death = 0, err = 0;

	/* another user's process does not die with its parent unasked */
	(void)prctl(PR_GET_PDEATHSIG, &death);
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		err = errno;
	(void)prctl(PR_SET_PDEATHSIG, death);

	return err;
}


int sandbox_privileges(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
	int err = geteuid() ? 0 : become_nobody();

	memset(none, 0, sizeof(none));
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) && !err)
		err = errno;

	return err;
}


static int allow_folder(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
				  LANDLOCK_ACCESS_FS_READ_DIR,
	};
	int err = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0; /* no such fonts here */

	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0))
		err = errno;

	close(rule.parent_fd);

	return err;
}


bool sandbox_files(void)
{
	/* every right of the first version: what is not listed is denied */
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	int ruleset, err = 0;

	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
			       sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return false;

	for (size_t i = 0;
	     !err && i < sizeof(font_folders) / sizeof(font_folders[0]); i++)
		err = allow_folder(ruleset, font_folders[i]);

	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = errno;
	if (!err && syscall(SYS_landlock_restrict_self, ruleset, 0))
		err = errno;

	close(ruleset);

	return !err;
}


static int allow_reading(scmp_filter_ctx ctx)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(reading) / sizeof(reading[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, reading[i], 0);
	if (!err)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ,
				O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));

	return err;
}


static int allow_threads(scmp_filter_ctx ctx)
{
	int err;

	/* threads, not processes; clone3 hides its flags behind a pointer,
	 * and libc falls back when it does not exist */
	err = seccomp_rule_add(
		ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS),
				       SCMP_SYS(clone3), 0);

	return err;
}


static int allow_sockets(scmp_filter_ctx ctx)
{
	static const int families[] = {AF_INET, AF_INET6};
	int err = 0;

	for (size_t i = 0; !err && i < 2; i++) {
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0),
			SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM));
	}

	return err;
}


/* No typing into the terminal that is our stderr, no signals to others */
static int allow_own(scmp_filter_ctx ctx)
{
	static const unsigned long requests[] = {TCGETS, FIONREAD, FIONBIO};
	int err;

	err = seccomp_rule_add(
		ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	for (size_t i = 0; !err && i < sizeof(requests) / sizeof(requests[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_EQ, requests[i], 0));

	return err;
}


/* Memory may be mapped and protected, but never become code */
static int allow_memory(scmp_filter_ctx ctx)
{
	int err;

	err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* reading limits, not setting them */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
				       SCMP_SYS(prlimit64), 1,
				       SCMP_A2(SCMP_CMP_EQ, 0, 0));
	/* naming threads */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
				       SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));

	return err;
}


int sandbox_enter(bool files)
{
	scmp_filter_ctx ctx;
	int err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;

	/* What is not listed fails: a library that looks for a file copes */
	ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!ctx)
		return ENOMEM;

	/* threads that run already must obey, too */
	err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; !err && i < sizeof(allowed) / sizeof(allowed[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!err)
		err = allow_threads(ctx);
	if (!err)
		err = allow_own(ctx);
	if (!err)
		err = allow_sockets(ctx);
	if (!err)
		err = allow_memory(ctx);
	if (!err && files)
		err = allow_reading(ctx);
	if (!err)
		err = seccomp_load(ctx);

	seccomp_release(ctx);

	return err < 0 ? -err : err;
}
