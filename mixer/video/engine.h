/**
 * @file mixer/video/engine.h  Cameras in, composed pictures out
 *
 * The mixer's video side. Its parts, by RFC 7667's words:
 *   source     one incoming stream: frame assembly, decode when some view
 *              shows it, newest frame
 *   view       a layout with tiles on a canvas: what a set of legs sees
 *   rendition  a view encoded once for one codec configuration and size
 *
 * Threads: every function is called on the media thread, every handler runs
 * there. Decoding, composing and encoding run on the engine's pool threads;
 * results come back through lock-free rings and an eventfd in the media
 * thread's libre loop. Packet input copies into preallocated pools and does
 * not allocate. A source, view or rendition may be freed at any time, also
 * from within a handler: work in flight finishes on a reference of its own
 * and its result is dropped, so no handler is called after the free. No
 * handler is called from within video_view_set, video_rendition_* or
 * video_source_reset, only from video_source_put, video_engine_tick and the
 * loop. Freeing the engine waits for the jobs that run and calls nothing.
 *
 * A picture costs nothing until somebody wants it: a view composes only while
 * it has renditions, a source decodes only while a view with renditions shows
 * it. What did not change is neither composed nor encoded, but for five
 * frames a second that keep a stream alive and sharpen it.
 */
#ifndef PARLEY_MIXER_VIDEO_ENGINE_H
#define PARLEY_MIXER_VIDEO_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/video/colour.h"

enum {
	VIDEO_TILES_MAX = 25,
	/** Of a name, as long as any is kept (UTF8_NAME_MAX) */
	VIDEO_LABEL_BYTES = 129,
	VIDEO_CLOCK_HZ = 90000,
	/** Most payloads one encoded frame is cut into */
	VIDEO_FRAME_PAYLOADS_MAX = 512,
	/** Parameter sets that came by signalling, with start codes */
	VIDEO_PARAMETER_SETS_BYTES = 256,
};

enum video_codec_id { VIDEO_VP8, VIDEO_H264, VIDEO_CODEC_COUNT };

/** One negotiated codec. Equal structs may share a rendition */
struct video_codec {
	enum video_codec_id id;
	/* H.264 (RFC 6184); CBP is what we send and all that we need */
	uint8_t packetization_mode; /**< 0 or 1 */
	uint8_t profile_idc, profile_iop, level_idc;
	uint32_t max_mbps, max_fs; /**< 0: as the level says */
};

/** H.264 parameter sets that came by signalling (RFC 6184 section 8.2.2), as
 *  Annex B byte stream. Nothing of what we send depends on them */
struct video_parameter_sets {
	uint8_t buf[VIDEO_PARAMETER_SETS_BYTES];
	size_t len;
};

/**
 * Append one NAL unit
 *
 * @return 0; EBADMSG for what is no sequence or picture parameter set;
 *         EOVERFLOW when there is no room for it
 */
int video_parameter_sets_append(struct video_parameter_sets *sets,
				const uint8_t *nal, size_t len);

/** Id by SDP name, any case; VIDEO_CODEC_COUNT if unknown */
enum video_codec_id video_codec_by_name(const char *name);
const char *video_codec_name(enum video_codec_id id);

/**
 * Lower size and rate until an H.264 level's limits hold (table A-1, raised
 * by max_mbps and max_fs); size goes down by cheap ratios. Renditions do this
 * by themselves; it tells beforehand what will be sent. VP8 has no limits.
 */
void video_codec_limit(const struct video_codec *codec, unsigned *width,
		       unsigned *height, unsigned *fps);

/** Bitrate a picture of this size usually needs, kbit/s; pure */
unsigned video_usual_kbps(unsigned width, unsigned height);

/* ------------------------------------------------------------- engine */

struct video_engine;

struct video_engine_stats {
	uint64_t frames_decoded, frames_composed, frames_encoded;
	uint64_t frames_skipped; /**< composed late and left out: degrading */
	unsigned sources, views, renditions;
};

/**
 * Starts the threads, listens in the calling thread's libre loop and loads
 * the fonts: call it before the process gives up reading files.
 *
 * @param workers Pool threads, 1..16
 */
int video_engine_alloc(struct video_engine **ep, unsigned workers);

/** Every 20 ms tick: starts the compositions that are due */
void video_engine_tick(struct video_engine *e, uint64_t now_us);

void video_engine_stats(const struct video_engine *e,
			struct video_engine_stats *stats);

/* ------------------------------------------------------------- source */

struct video_source;

struct video_source_handlers {
	/** A key frame is needed (lost reference, decoder start). Already
	 *  limited to one per 500 ms, repeated until one comes; never
	 *  called for a source that is not shown or gets no packets */
	void (*keyframe_needed)(void *arg);
	/** Size of the picture changed, or frames stopped (0, 0) for 2 s.
	 *  Reported anew after a reset and when it comes into view again */
	void (*picture)(unsigned width, unsigned height, void *arg);
};

struct video_source_format {
	uint8_t pt;
	struct video_codec codec;
	/** H.264: key frames without any start with these, until the stream
	 *  has brought its own */
	struct video_parameter_sets parameter_sets;
};

int video_source_alloc(struct video_source **sp, struct video_engine *e,
		       const struct video_source_format *formats,
		       size_t format_count,
		       const struct video_source_handlers *h, void *arg);

/** Change formats after a re-offer */
int video_source_configure(struct video_source *s,
			   const struct video_source_format *formats,
			   size_t format_count);

/**
 * One RTP packet's payload; copied. Reordering and retransmissions within
 * the assembly window are put in place by extended sequence number.
 *
 * @param seq    Extended sequence number (receive_stats_packet)
 * @param colour What the packet says of its frame's colours, NULL: nothing.
 *               It goes before what the stream itself says, and holds until
 *               the next key frame that is without, as senders tell it with
 *               key frames and changes only
 * @return 0; ENOENT unknown payload type; EBADMSG; ENOBUFS
 */
int video_source_put(struct video_source *s, uint8_t pt, int64_t seq,
		     uint32_t timestamp, bool marker, const uint8_t *payload,
		     size_t len, const struct video_colour *colour,
		     uint64_t now_us);

/** How long a gap may wait for retransmission before a key frame is asked
 *  for; 300 ms at first. 0 where the peer takes no NACK */
void video_source_patience(struct video_source *s, unsigned ms);

/** New SSRC or hold: forget what is half assembled, blank the tile */
void video_source_reset(struct video_source *s);

/** Largest tile that shows it now, in pixels; 0, 0 when no view does. The
 *  mixer asks the sender for no more than this (REMB) */
void video_source_shown(const struct video_source *s, unsigned *width,
			unsigned *height);

struct video_source_stats {
	uint64_t frames, dropped, decoded;
	unsigned width, height;
	enum video_codec_id codec; /**< VIDEO_CODEC_COUNT before any */
};

void video_source_stats(const struct video_source *s,
			struct video_source_stats *stats);

/* --------------------------------------------------------------- view */

struct video_view;

enum video_layout { VIDEO_LAYOUT_GRID, VIDEO_LAYOUT_SPEAKER };

/** "grid", "speaker"; -1 if unknown */
int video_layout_by_name(const char *name);
const char *video_layout_name(enum video_layout layout);

/** One participant in the picture, in order of joining */
struct video_tile {
	struct video_source *source;   /**< NULL: no camera, initials shown */
	char label[VIDEO_LABEL_BYTES]; /**< UTF-8 display name */
	bool muted;                    /**< microphone mark */
	bool talking;                  /**< highlight */
	bool active;                   /**< the active speaker: large tile */
	/** Not one but so many for whom there is no room, as "+11"; else 0 */
	size_t more;
};

/** @param fps 1..30 */
int video_view_alloc(struct video_view **vp, struct video_engine *e,
		     unsigned width, unsigned height, unsigned fps);

/** Tiles that are seen at most in a layout of this view; of a view for small
 *  screens (layout.h) they are fewer, so that names can be read there */
size_t video_view_room(const struct video_view *v, enum video_layout layout);

/** Arrange anew; sources are referenced. Takes effect at the next frame */
int video_view_set(struct video_view *v, enum video_layout layout,
		   const struct video_tile *tiles, size_t count);

/** How much is made of a picture; its renditions stay as they are */
enum video_pace {
	VIDEO_PAUSED, /**< nothing is composed, no source is shown */
	VIDEO_RESTS,  /**< what changes, and else a frame in two seconds */
	VIDEO_LIVE,
};

/** Live at first */
void video_view_pace(struct video_view *v, enum video_pace pace);

/* ---------------------------------------------------------- rendition */

struct video_rendition;

/** An encoded frame cut into RTP payloads, valid during the call */
struct video_frame {
	bool keyframe;
	uint32_t timestamp; /**< 90 kHz, common to the rendition */
	const uint8_t *payloads[VIDEO_FRAME_PAYLOADS_MAX];
	size_t lens[VIDEO_FRAME_PAYLOADS_MAX];
	size_t count;
};

struct video_rendition_config {
	struct video_codec codec;
	unsigned width,
		height; /**< even; view is scaled to fit, letterboxed */
	unsigned fps;
	unsigned kbps;
	size_t payload_max; /**< bytes a payload may have */
};

/** A frame is ready for all legs of the rendition; media thread */
typedef void(video_frame_h)(const struct video_frame *frame, void *arg);

/**
 * Starts at the next tick; the first frame is a key frame. Size and rate are
 * lowered to what the codec's level allows. Frames may come less often than
 * fps says: unchanged pictures are left out, and rate control drops some.
 *
 * @return 0; EINVAL; ENOMEM
 */
int video_rendition_alloc(struct video_rendition **rp, struct video_view *v,
			  const struct video_rendition_config *config,
			  video_frame_h *frameh, void *arg);

/** The next frame shall be a key frame; coalesced, at most one per 300 ms
 *  (then later, not never). `urgent` (somebody just joined) skips the wait */
void video_rendition_keyframe(struct video_rendition *r, bool urgent);

void video_rendition_bitrate(struct video_rendition *r, unsigned kbps);

/** What is really sent */
const struct video_rendition_config *
video_rendition_config(const struct video_rendition *r);

#endif
