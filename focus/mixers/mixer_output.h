/**
 * @file focus/mixers/mixer_output.h  What a media server's process writes to
 * its stderr, or its stdout
 *
 * Its own lines are few (mixer/base/log.h), but what codecs, fonts and TLS are
 * made of may write there as well, a peer's bytes may make it do so, and a
 * media server that was taken over writes what it likes. So these are a pipe
 * of parleyd's, who passes lines on as long as there are not too many
 * bytes: MIXER_OUTPUT_BURST_BYTES at once, then MIXER_OUTPUT_BYTES_PER_S. What
 * is beyond that is not read, and lost where it is written: nobody waits for
 * it, neither the media server, whose end does not block. At debug level
 * it is 16 MB at once, then 1 MB/s. Control characters are not passed on.
 * parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_MIXERS_MIXER_OUTPUT_H
#define PARLEY_FOCUS_MIXERS_MIXER_OUTPUT_H

struct mixer_output;

enum {
	/** A report of a sanitizer, of which there is one */
	MIXER_OUTPUT_BURST_BYTES = 64 * 1024,
	MIXER_OUTPUT_BYTES_PER_S = 4 * 1024,
	/** What is longer is passed on in pieces of that size */
	MIXER_OUTPUT_LINE_BYTES = 2048,
};

/**
 * A pipe for it: neither end blocks, both are closed in other programs
 *
 * @param fds [0] to read, [1] for the process; the caller's to close
 * @return 0 or errno
 */
int mixer_output_pipe(int fds[2]);

/**
 * Pass on what comes
 *
 * @param op    Set; mem_deref() passes on what is there still and ends it
 * @param index Slot, for the log
 * @param fd    Taken on success
 * @return 0 or errno
 */
int mixer_output_alloc(struct mixer_output **op, unsigned index, int fd);

#endif
