/**
 * @file focus/mixers/mixer_process.c  One parley-mixer process
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_output.h"
#include "focus/mixers/mixer_process.h"
#include "mixer/mp/protocol.h"


enum {
	/** -a twice a listen address, -w -p -P -t -l -A, -m, program, NULL */
	ARGUMENTS_MAX = 2 * CONFIG_LISTEN_MAX + 2 * 6 + 1 + 2,
	/** Two IPv6 addresses */
	ARGUMENT_BYTES = 2 * INET6_ADDRSTRLEN + 1,
	/** Descriptors of the programs that are started end below */
	HELD_FD_MIN = 16,
	/** Ports from here on are anybody's */
	PORT_FREE = 1024,
	/** Some messages under way each way */
	LINK_BUFFER_BYTES = 8 * MP_MESSAGE_MAX,
};

/** argv and the room its words stand in */
struct arguments {
	char *argv[ARGUMENTS_MAX];
	char text[ARGUMENTS_MAX][ARGUMENT_BYTES];
	unsigned n;
};


void mixer_process_ports(const struct config *config, unsigned index,
			 unsigned *min, unsigned *max)
{
	unsigned first = config->rtp_port_min + (config->rtp_port_min & 1);
	unsigned all = config->rtp_port_max - first + 1;
	unsigned share = all / config->mixers & ~1u;

	*min = first + index * share;
	*max = *min + share - 1;
}


static void add_word(struct arguments *a, const char *word)
{
	(void)snprintf(a->text[a->n], ARGUMENT_BYTES, "%s", word);
	a->argv[a->n] = a->text[a->n];
	a->n++;
}


static void add(struct arguments *a, const char *option, const char *value)
{
	add_word(a, option);
	add_word(a, value);
}


static void add_number(struct arguments *a, const char *option, unsigned value)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", value);
	add(a, option, text);
}


static const char *level_name(enum log_level level)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};

	return names[level];
}


static void build_arguments(struct arguments *a, const struct config *c,
			    unsigned index)
{
	char text[ARGUMENT_BYTES];
	unsigned min, max;

	memset(a, 0, sizeof(*a));
	a->argv[a->n++] = c->mixer_program;

	for (size_t i = 0; i < c->media_address_count; i++) {
		const struct sa *outside = &c->media_advertised[i];

		if (sa_isset(outside, SA_ADDR))
			(void)re_snprintf(text, sizeof(text), "%j/%j",
					  &c->media_address[i], outside);
		else
			(void)re_snprintf(text, sizeof(text), "%j",
					  &c->media_address[i]);
		add(a, "-a", text);
	}

	add_number(a, "-w", c->webrtc_port ? c->webrtc_port + index : 0);
	mixer_process_ports(c, index, &min, &max);
	(void)snprintf(text, sizeof(text), "%u-%u", min, max);
	add(a, "-p", text);
	(void)snprintf(text, sizeof(text), "%u-%u", c->rtp_port_min,
		       c->rtp_port_max);
	add(a, "-P", text);
	add_number(a, "-t", c->media_timeout_s);
	add(a, "-l", level_name(log_level_get()));
	if (!strcmp(c->media_from, "any"))
		add_word(a, "-m");
	if (*c->announcements_dir) {
		add_word(a, "-A");
		a->argv[a->n++] = c->announcements_dir;
	}
}


/** The program, -1: by its path */
static int held = -1;


void mixer_process_hold(const struct config *config)
{
	int fd = open(config->mixer_program, O_PATH | O_CLOEXEC);

	if (held >= 0)
		(void)close(held);
	held = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HELD_FD_MIN);
	if (fd >= 0)
		(void)close(fd);
}


uint64_t mixer_process_capabilities(const struct config *config)
{
	const uint64_t nice = UINT64_C(1) << CAP_SYS_NICE,
		       bind = UINT64_C(1) << CAP_NET_BIND_SERVICE;
	unsigned port = config->webrtc_port;

	return port && port < PORT_FREE ? nice | bind : nice;
}


/** By its path, so that a newer one is found; else the one that is held. A
 *  script is read by another program, by the descriptor's name */
static void execute(char *argv[])
{
	(void)execv(argv[0], argv);
	if (held < 0)
		return;

	(void)execveat(held, "", argv, environ, AT_EMPTY_PATH);
	if (errno == ENOENT && !fcntl(held, F_SETFD, 0))
		(void)execveat(held, "", argv, environ, AT_EMPTY_PATH);
}


/** In the child: only async-signal-safe calls from here */
__attribute__((noreturn)) static void become_mixer(struct arguments *a, int fd,
						   int output,
						   const struct config *config,
						   pid_t parent)
{
	sigset_t none;

	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		_exit(127);

	/* the sandbox of the mixer copes with a root that cannot */
	if (!geteuid())
		(void)run_as_become(&config->user,
				    mixer_process_capabilities(config));

	/* the terminal's ^C is for parleyd, who says goodbye in order */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);

	/* dup2 to itself would keep close-on-exec */
	if (fd == MP_LINK_FD) {
		if (fcntl(fd, F_SETFD, 0) < 0)
			_exit(127);
	}
	else if (dup2(fd, MP_LINK_FD) < 0) {
		_exit(127);
	}

	if (close_range(MP_LINK_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		_exit(127);

	execute(a->argv);
	_exit(127);
}


static int open_pair(int fds[2])
{
	const int size = LINK_BUFFER_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return errno;

	for (int i = 0; i < 2; i++) {
		(void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size));
		(void)setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	}

	return 0;
}


static void close_pair(const int fds[2])
{
	(void)close(fds[0]);
	(void)close(fds[1]);
}


int mixer_process_start(const struct config *config, unsigned index, int *fd,
			int *output, pid_t *pid)
{
	pid_t parent = getpid();
	struct arguments a;
	int fds[2], outputs[2], err;

	if (access(config->mixer_program, X_OK) < 0 && held < 0)
		return errno;

	build_arguments(&a, config, index);

	err = open_pair(fds);
	if (err)
		return err;

	err = mixer_output_pipe(outputs);
	if (err) {
		close_pair(fds);
		return err;
	}

	*pid = fork();
	if (*pid < 0) {
		err = errno;
		close_pair(fds);
		close_pair(outputs);
		return err;
	}

	if (!*pid)
		become_mixer(&a, fds[1], outputs[1], config, parent);

	(void)close(fds[1]);
	(void)close(outputs[1]);
	*fd = fds[0];
	*output = outputs[0];

	return 0;
}
