/**
 * @file focus/mixers/mixer_output.c  What a media server's process writes
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "focus/mixers/mixer_output.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"


enum {
	/** Others have their turn after so much */
	TURN_BYTES = 16 * 1024,
	/** What a pipe holds */
	LAST_BYTES = 64 * 1024,
	/** Until some of the budget is there again */
	PAUSE_MS = 1000,
	BYTE_US = 1000000 / MIXER_OUTPUT_BYTES_PER_S,
	DEBUG_BYTE_US = 1,
};

struct mixer_output {
	unsigned index;
	int fd; /**< -1: it has ended */
	struct tmr pause;
	uint64_t paid_us; /**< until when what was passed on is paid for */
	size_t len;
	char line[MIXER_OUTPUT_LINE_BYTES]; /**< that is not whole yet */
};

static void readable_h(int flags, void *arg);


int mixer_output_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0 ? errno : 0;
}


static uint64_t owed_us(const struct mixer_output *o, uint64_t now_us)
{
	return o->paid_us > now_us ? o->paid_us - now_us : 0;
}


static bool is_used_up(const struct mixer_output *o)
{
	return owed_us(o, clock_us()) >=
	       (uint64_t)MIXER_OUTPUT_BURST_BYTES * BYTE_US;
}


static void pass_on(struct mixer_output *o)
{
	if (!o->len)
		return;

	for (size_t i = 0; i < o->len; i++) {
		unsigned char c = (unsigned char)o->line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			o->line[i] = '?';
	}

	o->line[o->len++] = '\n';
	(void)!write(STDERR_FILENO, o->line, o->len);
	o->len = 0;
}


/** Empty lines, too, which are not passed on */
static void pay(struct mixer_output *o, size_t bytes)
{
	const uint64_t now_us = clock_us();
	const uint64_t each_us =
		log_enabled(LOG_LEVEL_DEBUG) ? DEBUG_BYTE_US : BYTE_US;

	o->paid_us = now_us + owed_us(o, now_us) + bytes * each_us;
}


static void take(struct mixer_output *o, const char *buf, size_t n)
{
	pay(o, n);
	for (size_t i = 0; i < n; i++) {
		if (buf[i] != '\n')
			o->line[o->len++] = buf[i];
		/* with room for the end of the line */
		if (buf[i] == '\n' || o->len == sizeof(o->line) - 1)
			pass_on(o);
	}
}


/** @return false: nothing more is there, or ever will be */
static bool take_some(struct mixer_output *o)
{
	char buf[MIXER_OUTPUT_LINE_BYTES];
	ssize_t n = read(o->fd, buf, sizeof(buf));

	if (n > 0) {
		take(o, buf, (size_t)n);
		return true;
	}

	if (!n || (errno != EAGAIN && errno != EINTR)) {
		pass_on(o);
		fd_close(o->fd);
		(void)close(o->fd);
		o->fd = -1;
	}

	return false;
}


static void again_h(void *arg)
{
	struct mixer_output *o = arg;

	if (o->fd >= 0 && fd_listen(o->fd, FD_READ, readable_h, o))
		tmr_start(&o->pause, PAUSE_MS, again_h, o);
}


static void readable_h(int flags, void *arg)
{
	struct mixer_output *o = arg;
	size_t turns = TURN_BYTES / MIXER_OUTPUT_LINE_BYTES;

	(void)flags;

	while (turns-- && !is_used_up(o)) {
		if (!take_some(o))
			return;
	}

	if (!is_used_up(o))
		return;

	log_warn("mixers", "says too much mixer=%u", o->index);
	fd_close(o->fd);
	tmr_start(&o->pause, PAUSE_MS, again_h, o);
}


/** What it said last tells why it has ended; a child of its may go on */
static void mixer_output_destructor(void *arg)
{
	struct mixer_output *o = arg;
	size_t left = LAST_BYTES / MIXER_OUTPUT_LINE_BYTES;

	tmr_cancel(&o->pause);
	while (left-- && o->fd >= 0 && !is_used_up(o) && take_some(o))
		;
	pass_on(o);
	if (o->fd < 0)
		return;

	fd_close(o->fd);
	(void)close(o->fd);
}


int mixer_output_alloc(struct mixer_output **op, unsigned index, int fd)
{
	struct mixer_output *o;
	int err;

	o = mem_zalloc(sizeof(*o), mixer_output_destructor);
	if (!o)
		return ENOMEM;

	o->index = index;
	o->fd = -1;
	tmr_init(&o->pause);
	err = fd_listen(fd, FD_READ, readable_h, o);
	if (err) {
		mem_deref(o);
		return err;
	}

	o->fd = fd;
	*op = o;

	return 0;
}
