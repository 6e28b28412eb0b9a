/**
 * @file signaling/sdp/passed.h  Lines that pass from one description to
 * another (TS 23.228 U.2.4)
 *
 * What two far ends say to one another and nobody here converts: the m-lines
 * of an end-to-end group with their formats and attributes as they stand,
 * fingerprint, setup, extmap, ssrc, rtpmap, fmtp, sctp-port and the like. What
 * belongs to the way between far end and relay (ICE, candidates, addresses) is
 * made anew for the other one, and no attribute passes that is not known to
 * say nothing of ways: neither is to learn where the other one is, nor to be
 * sent elsewhere. Mid and direction stand beside the rows. No row can hold a
 * line end, as they were cut out of a description; sizes are capped.
 *
 * Pure; a group is not changed once it is shared, references by mem_ref().
 */
#ifndef PARLEY_SIGNALING_SDP_PASSED_H
#define PARLEY_SIGNALING_SDP_PASSED_H

#include "mixer/mp/leg_description.h"
#include "signaling/sdp/offer_text.h"

enum {
	/** Data, sound, picture */
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

/** What the numbers of header extensions have meant in a session (RFC 8285):
 *  Firefox lets none mean anything else again, in whatever line. What is first
 *  is kept */
struct extension_ids {
	char *uris[15]; /**< by number, 1 to 14 of one byte; NULL: none */
};

struct passed_group {
	struct passed_line lines[PASSED_LINES_MAX];
	size_t count;
	struct extension_ids ids; /**< of who could say it, where the numbers
				       in the rows are not settled */
	bool numbers_open;        /**< that is so */
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

/** The same lines, to be changed. @return 0, ENOMEM */
int passed_group_copy(struct passed_group **gp, const struct passed_group *g);

/** One more line, with references to its texts. There is room */
void passed_group_add(struct passed_group *g, const struct passed_line *line);

/**
 * One more line, for data (RFC 8841), of the one who has said a line
 *
 * @param of Says who it is
 * @return 0, ENOMEM
 */
int passed_group_add_data(struct passed_group *g,
			  const struct passed_line *of);

/** Give the lines other names, and what is sent both ways
 *
 * @param g      Not shared yet
 * @param prefix Of the mids, which differ in their last letter by kind; at
 *               most 15 bytes */
void passed_group_rename(struct passed_group *g, const char *prefix);

/** Learn what the rows of a line, or of a whole description, number.
 *  @return 0, ENOMEM */
int extension_ids_learn(struct extension_ids *ids, const char *rows);

/** @param to Zeroed */
void extension_ids_copy(struct extension_ids *to,
			const struct extension_ids *from);
void extension_ids_forget(struct extension_ids *ids);

/**
 * Number the header extensions so that it fits both sessions: no number means
 * anything else there than it has meant. Those of which there is no number
 * left are left out
 *
 * @param g   Not shared yet
 * @param ids Of the one that is to be offered it
 * @return 0, ENOMEM
 */
int passed_group_number(struct passed_group *g,
			const struct extension_ids *ids);

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
