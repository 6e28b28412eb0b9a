/**
 * @file signaling/sdp/passed.h  Lines that pass from one description to
 * another (TS 23.228 U.2.4)
 *
 * What two far ends say to one another and nobody here converts: the m-lines
 * of an end-to-end group with their formats and attributes as they stand,
 * fingerprint, setup, extmap, ssrc, rtpmap, fmtp, sctp-port and all that is
 * not known here. Only what belongs to the way between far end and relay is
 * left out and made anew for the other one: ICE, candidates, addresses; and
 * mid and direction, which stand beside the rows. No row can hold a line end,
 * as they were cut out of a description; sizes are capped.
 *
 * Pure; a group is not changed once it is shared, references by mem_ref().
 */
#ifndef PARLEY_SIGNALING_SDP_PASSED_H
#define PARLEY_SIGNALING_SDP_PASSED_H

#include "mixer/mp/leg_description.h"
#include "signaling/sdp/offer_text.h"

enum {
	/** Sound, picture, data */
	PASSED_LINES_MAX = 3,
	/** Most bytes of the rows of a line */
	PASSED_ROWS_MAX = 16 * 1024,
	PASSED_FORMATS_MAX = 512,
};

/** One of them */
struct passed_line {
	char kind[16], proto[32];
	char mid[DESCRIPTION_MID_BYTES];
	char *formats;   /**< as they stand in the m-line */
	char *rows;      /**< "a=...\r\n" each */
	bool send, recv; /**< who said it sends, receives */
	bool refused;    /**< port 0 */
};

struct passed_group {
	struct passed_line lines[PASSED_LINES_MAX];
	size_t count;
};

/** Which rows of a line are taken */
enum passed_rows {
	PASSED_ALL,     /**< all but those of its way here */
	PASSED_ABILITY, /**< only what it can do: nothing of streams; its
			     fingerprint, and "setup:actpass" */
};

/** @return 0, ENOMEM; no lines yet */
int passed_group_alloc(struct passed_group **gp);

/**
 * A line as it stands in a description
 *
 * @param line  Zeroed; its texts are released with its group
 * @param media Number of the m-line
 * @return 0; EBADMSG: it cannot be read, or has no mid or fingerprint; E2BIG:
 *         over a cap; ENOMEM. Nothing is to be released then
 */
int passed_line_read(struct passed_line *line, const struct offer_text *t,
		     int media, enum passed_rows rows);

/** A far end has described anew what was agreed: formats and what they mean
 *  stay as they were in `before`, streams and directions are as it says now.
 *  @return 0, ENOMEM */
int passed_line_renew(struct passed_line *line,
		      const struct passed_line *before);

/**
 * The same lines under other names, and a line for data where it has none
 *
 * @param prefix Of the mids, which differ in their last letter by kind; at
 *               most 15 bytes
 * @param data   With a data channel (RFC 8841); else without one
 * @return 0, ENOMEM
 */
int passed_group_rename(struct passed_group **gp, const struct passed_group *g,
			const char *prefix, bool data);

/** Do both say the same? Either may be NULL */
bool passed_group_same(const struct passed_group *a,
		       const struct passed_group *b);

/** The line of that kind that is not refused; NULL: none */
const struct passed_line *passed_group_line(const struct passed_group *g,
					    const char *kind);

/** The payload types of its sound and its pictures, for T */
void passed_group_payloads(const struct passed_group *g,
			   struct transport_description *d);

#endif
