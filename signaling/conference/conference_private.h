/**
 * @file signaling/conference/conference_private.h  The acts, one a file
 *
 * Private to this folder; everybody else has signaling/conference/acts.h.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H

struct session;
struct sessions;
struct sip_msg;

/* As the handlers of struct session_acts, which says what each may do */

void refer_in(struct sessions *all, struct session *s,
	      const struct sip_msg *msg);
void refers_flush(struct sessions *all);
void subscribe_in(struct sessions *all, struct session *s,
		  const struct sip_msg *msg);
void info_in(struct session *s, const struct sip_msg *msg);
void options_in(struct sessions *all, const struct sip_msg *msg);

#endif
