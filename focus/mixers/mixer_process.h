/**
 * @file focus/mixers/mixer_process.h  One parley-mixer process, from fork to
 * reaping
 *
 * Only mixers.c starts them.
 */
#ifndef PARLEY_FOCUS_MIXERS_MIXER_PROCESS_H
#define PARLEY_FOCUS_MIXERS_MIXER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct config;

/**
 * Hold the program open, so that it can be started also by a user who cannot
 * come to its folder; before parleyd becomes that user. Where it cannot be
 * opened its path is used
 */
void mixer_process_hold(const struct config *config);

/** Capabilities that it makes use of where it has them, 1 << CAP_x: to raise
 *  its priority, and to bind a webrtc_port that only root may */
uint64_t mixer_process_capabilities(const struct config *config);

/**
 * Start it; where we are root, as config->user
 *
 * @param index Slot: decides its share of the ports
 * @param fd     Set to our end of the link; the caller's to close
 * @param output Set to where its stdout and stderr can be read
 *               (mixer_output.h); likewise
 * @param pid    Set to the process
 * @return 0 or errno
 */
int mixer_process_start(const struct config *config, unsigned index, int *fd,
			int *output, pid_t *pid);

/**
 * Share of the RTP ports: begins even (RFC 3550 section 11)
 *
 * @param index Slot, below config->mixers
 */
void mixer_process_ports(const struct config *config, unsigned index,
			 unsigned *min, unsigned *max);

#endif
