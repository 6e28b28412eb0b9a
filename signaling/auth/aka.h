/**
 * @file signaling/auth/aka.h  A terminal's side of AKA (TS 33.102, RFC 3310)
 *
 * What a USIM does: judge the network's challenge (RAND and AUTN), answer it
 * with RES, or ask for resynchronisation with AUTS. The sequence numbers seen
 * are kept as annex C.2 of TS 33.102 proposes, and in a file, so that a
 * challenge cannot be played again after a restart.
 */
#ifndef PARLEY_SIGNALING_AUTH_AKA_H
#define PARLEY_SIGNALING_AUTH_AKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AKA_IND_BITS = 5, /**< SQN = SEQ (43 bits) and IND (annex C.3.2) */
	AKA_IND_COUNT = 1 << AKA_IND_BITS,
	AKA_NONCE_BYTES = 32, /**< RAND and AUTN (RFC 3310 section 3.2) */
	AKA_RES_BYTES = 8,
	AKA_AUTS_BYTES = 14,
};

/** One more than the highest SEQ accepted of each IND (annex C.2.2); all zero
 *  in the beginning. A home network that counts SQN by one has a new IND each
 *  time, and begins with SEQ 0 */
struct aka_window {
	uint64_t next[AKA_IND_COUNT];
};

/** Secrets and state of one subscription */
struct aka_card {
	uint8_t k[16], opc[16];
	bool amf_given; /**< AUTN must carry this AMF */
	uint8_t amf[2];
	struct aka_window window;
};

enum aka_verdict {
	AKA_RES,     /**< the network is genuine: res holds the answer */
	AKA_SYNC,    /**< an old sequence number: auts asks for a new one */
	AKA_MAC,     /**< not from who knows K */
	AKA_FAILURE, /**< the crypto library failed */
};

struct aka_answer {
	uint8_t res[AKA_RES_BYTES];
	uint8_t auts[AKA_AUTS_BYTES]; /**< AKA_SYNC only */
};

/**
 * Judge a challenge; an accepted one moves the card's window
 *
 * @param nonce RAND and AUTN
 */
enum aka_verdict aka_answer(struct aka_answer *answer, struct aka_card *card,
			    const uint8_t nonce[AKA_NONCE_BYTES]);

/** Is this SQN fresh (annex C.2.2)? It is accepted if so */
bool aka_window_accept(struct aka_window *w, uint64_t sqn);

/** SQN_MS: the highest accepted, 0 if there was none */
uint64_t aka_window_highest(const struct aka_window *w);

/** Read a window that was kept. @return 0; ENOENT none; EBADMSG; errno */
int aka_window_load(struct aka_window *w, const char *path);

/** Keep it: the file is replaced at once or stays as it is. @return 0, errno
 */
int aka_window_save(const struct aka_window *w, const char *path);

#endif
