/**
 * @file mixer/mp/capabilities.h  What a mixer can do, as its hello says
 *
 * The codecs of its own tables, and what else an m-line may ask for. The
 * focus keeps it with the mixer; signaling offers and accepts nothing else.
 * A mixer whose hello does not tell its codecs is one from before they were
 * told: it has the base set of mixer/mp/protocol.h. Plain value; any thread.
 */
#ifndef PARLEY_MIXER_MP_CAPABILITIES_H
#define PARLEY_MIXER_MP_CAPABILITIES_H

#include "mixer/mp/leg_description.h"

enum { MIXER_CODECS_MAX = 32 };

struct mixer_codec {
	char name[16];
	enum media_kind kind;
	uint32_t clock_hz;
};

struct mixer_capabilities {
	struct mixer_codec codecs[MIXER_CODECS_MAX];
	size_t codec_count;
	bool rtx;             /**< RFC 4588 */
	bool telephone_event; /**< RFC 4733 */
	bool cn;              /**< RFC 3389 */
	bool remb;            /**< draft-alvestrand-rmcat-remb */
	bool relay;           /**< T of that kind; not in the base set */
};

/** The base set */
void mixer_capabilities_base(struct mixer_capabilities *c);

/** One more codec; what is too much is left out */
void mixer_capabilities_add(struct mixer_capabilities *c, enum media_kind kind,
			    const char *name, uint32_t clock_hz);

/** Leave what both have */
void mixer_capabilities_meet(struct mixer_capabilities *c,
			     const struct mixer_capabilities *other);

bool mixer_has_codec(const struct mixer_capabilities *c, enum media_kind kind,
		     const char *name, uint32_t clock_hz);

/** Of a hello. @return 0; EINVAL with the reason in `why` */
int mixer_capabilities_read(struct mixer_capabilities *c, const json_t *hello,
			    char why[DESCRIPTION_WHY_BYTES]);

/** Into a hello. @return 0 or ENOMEM */
int mixer_capabilities_write(const struct mixer_capabilities *c,
			     json_t *hello);

#endif
