/**
 * @file focus/parleyd/supervisor.c  What systemd is told of us
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "focus/parleyd/supervisor.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


enum {
	/** Between two signs of life at the start */
	STARTING_MS = 2000,
	/** That the start may last after each */
	STARTING_MORE_S = 30,
	SIGNS = 2, /**< in the watchdog's time */
};


static void say(const struct supervisor *s, const char *text)
{
	/* a supervisor that does not read holds nobody up */
	if (s->fd >= 0 &&
	    send(s->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("supervisor", "unheard text=\"%.*s\"",
			  (int)strcspn(text, "\n"), text);
}


static void sign_h(void *arg)
{
	struct supervisor *s = arg;
	char text[64];

	if (s->ready) {
		say(s, "WATCHDOG=1\n");
	}
	else {
		(void)re_snprintf(text, sizeof(text),
				  "EXTEND_TIMEOUT_USEC=%u\n",
				  STARTING_MORE_S * 1000000u);
		say(s, text);
	}

	if (s->ready && !s->interval_ms)
		return;
	tmr_start(&s->tmr, s->ready ? s->interval_ms : STARTING_MS, sign_h, s);
}


static int find(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(at.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return -1;

	memcpy(at.sun_path, path, len);
	if (path[0] == '@')
		at.sun_path[0] = '\0'; /* abstract */

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&at,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len)) < 0) {
		(void)close(fd);
		fd = -1;
	}
	if (fd < 0)
		log_warn("supervisor", "not reached path=%s", path);

	return fd;
}


static uint64_t watchdog_ms(void)
{
	const char *us = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");

	if (!us || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;

	return strtoull(us, NULL, 10) / 1000;
}


void supervisor_open(struct supervisor *s)
{
	uint64_t ms = watchdog_ms();

	memset(s, 0, sizeof(*s));
	tmr_init(&s->tmr);
	s->fd = find();
	if (s->fd < 0)
		ms = 0;
	if (ms)
		s->interval_ms = ms > SIGNS ? ms / SIGNS : 1;

	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");

	if (s->fd >= 0)
		sign_h(s);
}


void supervisor_ready(struct supervisor *s)
{
	const bool first = !s->ready;

	s->ready = true;
	say(s, "READY=1\nSTATUS=Taking calls\n");
	if (first && s->fd >= 0)
		sign_h(s);
}


void supervisor_reloading(const struct supervisor *s)
{
	char text[80];

	(void)re_snprintf(text, sizeof(text),
			  "RELOADING=1\nMONOTONIC_USEC=%llu\n", clock_us());
	say(s, text);
}


void supervisor_stopping(const struct supervisor *s)
{
	say(s, "STOPPING=1\nSTATUS=Ending calls\n");
}


void supervisor_close(struct supervisor *s)
{
	tmr_cancel(&s->tmr);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}
