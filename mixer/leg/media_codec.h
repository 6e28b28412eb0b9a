/**
 * @file mixer/leg/media_codec.h  What a leg's codecs are to the mixer
 *
 * From C of mixer/mp/protocol.h to the configurations of mixer/audio and
 * mixer/video; here is judged what only who has the codec can judge. Pure;
 * media thread.
 */
#ifndef PARLEY_MIXER_LEG_MEDIA_CODEC_H
#define PARLEY_MIXER_LEG_MEDIA_CODEC_H

#include "mixer/audio/codec.h"
#include "mixer/mp/capabilities.h"
#include "mixer/mp/leg_description.h"
#include "mixer/video/engine.h"

/** One codec, audio or video by its section's kind */
struct leg_codec {
	struct audio_codec audio;
	struct video_codec video;
	struct video_parameter_sets parameter_sets; /**< H.264 */
};

/**
 * Understand the codecs of a section
 *
 * @param codecs Set, in the order of d->codecs
 * @param why    Set to the reason on error
 * @return 0; EINVAL for a codec that we lack or parameters that cannot be
 */
int leg_codecs_read(struct leg_codec codecs[DESCRIPTION_CODECS_MAX],
		    const struct media_description *d,
		    char why[DESCRIPTION_WHY_BYTES]);

/** All that this mixer can do: what its hello says */
void leg_codecs_capable(struct mixer_capabilities *c);

#endif
