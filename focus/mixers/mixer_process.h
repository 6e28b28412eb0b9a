/**
 * @file focus/mixers/mixer_process.h  One parley-mixer process, from fork to
 * reaping
 *
 * Only mixers.c uses it.
 */
#ifndef PARLEY_FOCUS_MIXERS_MIXER_PROCESS_H
#define PARLEY_FOCUS_MIXERS_MIXER_PROCESS_H

#include <sys/types.h>

struct config;

/**
 * Start it
 *
 * @param index Slot: decides its share of the ports
 * @param fd    Set to our end of the link; the caller's to close
 * @param pid   Set to the process
 * @return 0 or errno
 */
int mixer_process_start(const struct config *config, unsigned index, int *fd,
			pid_t *pid);

/**
 * Share of the RTP ports: begins even (RFC 3550 section 11)
 *
 * @param index Slot, below config->mixers
 */
void mixer_process_ports(const struct config *config, unsigned index,
			 unsigned *min, unsigned *max);

#endif
