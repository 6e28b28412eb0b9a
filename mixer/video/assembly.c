/**
 * @file mixer/video/assembly.c  Packets to whole frames
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/assembly.h"

enum {
	SLOT_MASK = ASSEMBLY_SLOTS - 1,
	PATIENCE_DEFAULT_US = 300000,
};

static const int64_t no_seq = INT64_MIN;

struct slot {
	int64_t seq; /* no_seq: empty */
	uint32_t timestamp;
	uint16_t len; /* 0: padding only, belongs to no frame */
	uint8_t codec;
	bool marker;
	bool keyframe;
	bool told;
	struct video_colour colour;
};

struct assembly {
	struct slot slots[ASSEMBLY_SLOTS];
	uint8_t *payloads; /* ASSEMBLY_PAYLOAD_MAX a slot */
	int64_t highest;   /* newest packet, no_seq before any */
	int64_t next;      /* first packet of the frame that waits */
	int64_t scan;      /* all before it, from next on, are there */
	int64_t key_seq;   /* start of the newest key frame seen */
	uint32_t key_timestamp;
	bool synced;     /* next is valid */
	int64_t gap_seq; /* packet that is waited for */
	uint64_t gap_since_us;
	uint64_t patience_us;
};

static void assembly_destructor(void *arg)
{
	struct assembly *a = arg;

	free(a->payloads);
}

void assembly_reset(struct assembly *a)
{
	for (size_t i = 0; i < ASSEMBLY_SLOTS; i++)
		a->slots[i].seq = no_seq;

	a->highest = no_seq;
	a->key_seq = no_seq;
	a->gap_seq = no_seq;
	a->synced = false;
}

int assembly_alloc(struct assembly **ap)
{
	struct assembly *a;

	a = mem_zalloc(sizeof(*a), assembly_destructor);
	if (!a)
		return ENOMEM;

	/* malloc and not zalloc: pages that no packet uses cost nothing */
	a->payloads = malloc((size_t)ASSEMBLY_SLOTS * ASSEMBLY_PAYLOAD_MAX);
	if (!a->payloads) {
		mem_deref(a);
		return ENOMEM;
	}

	a->patience_us = PATIENCE_DEFAULT_US;
	assembly_reset(a);
	*ap = a;

	return 0;
}

void assembly_patience(struct assembly *a, uint64_t patience_us)
{
	a->patience_us = patience_us;
}

static struct slot *slot_at(struct assembly *a, int64_t seq)
{
	struct slot *slot = &a->slots[(uint64_t)seq & SLOT_MASK];

	return slot->seq == seq ? slot : NULL;
}

static uint8_t *payload_at(struct assembly *a, int64_t seq)
{
	return &a->payloads[((uint64_t)seq & SLOT_MASK) *
			    ASSEMBLY_PAYLOAD_MAX];
}

static bool starts_keyframe(enum video_codec_id codec, const uint8_t *p,
			    size_t len)
{
	return codec == VIDEO_VP8 ? vp8_payload_starts_keyframe(p, len)
				  : h264_payload_starts_keyframe(p, len);
}

static void start_at(struct assembly *a, int64_t seq)
{
	a->synced = true;
	a->next = seq;
	a->scan = seq;
	a->gap_seq = no_seq;
}

/* Remember where the newest key frame starts: of several packets that look
 * like a start (parameter sets, then slices) the first one */
static void note_keyframe(struct assembly *a, int64_t seq, uint32_t timestamp)
{
	bool same = a->key_seq != no_seq && timestamp == a->key_timestamp;

	if (same && seq > a->key_seq)
		return;
	if (!same && a->key_seq != no_seq && seq < a->key_seq)
		return;

	if (same && a->synced && a->next == a->key_seq)
		start_at(a, seq);

	a->key_seq = seq;
	a->key_timestamp = timestamp;
}

int assembly_put(struct assembly *a, enum video_codec_id codec, int64_t seq,
		 uint32_t timestamp, bool marker, const uint8_t *payload,
		 size_t len, const struct video_colour *colour,
		 uint64_t now_us)
{
	struct slot *slot;
	bool early;
	(void)now_us;

	if (len > ASSEMBLY_PAYLOAD_MAX || seq == no_seq)
		return EMSGSIZE;

	if (a->highest != no_seq && seq <= a->highest - ASSEMBLY_SLOTS)
		return 0;
	if (slot_at(a, seq))
		return 0;

	/* A parameter set may come after the slice that it precedes */
	early = a->synced && seq < a->next;
	if (early && (a->next != a->key_seq || timestamp != a->key_timestamp))
		return 0;

	slot = &a->slots[(uint64_t)seq & SLOT_MASK];
	*slot = (struct slot){
		.seq = seq,
		.timestamp = timestamp,
		.len = (uint16_t)len,
		.codec = (uint8_t)codec,
		.marker = marker,
		.keyframe = len && starts_keyframe(codec, payload, len),
		.told = colour != NULL,
	};
	if (colour)
		slot->colour = *colour;
	if (len)
		memcpy(payload_at(a, seq), payload, len);

	if (a->highest == no_seq || seq > a->highest)
		a->highest = seq;
	if (slot->keyframe)
		note_keyframe(a, seq, timestamp);

	return 0;
}

/*
 * Walk over the packets from *scan that belong to the frame that starts at
 * first. True if the frame is whole: *scan is then its end. Else *scan is the
 * packet that is missing.
 */
static bool walk(struct assembly *a, int64_t first, int64_t *scan)
{
	const struct slot *head = NULL, *slot;
	int64_t seq;

	/* The first packet that is not padding names the frame */
	for (seq = first; seq < *scan && !head; seq++) {
		slot = slot_at(a, seq);
		if (slot && slot->len)
			head = slot;
	}

	for (seq = *scan; (slot = slot_at(a, seq)); seq++) {

		if (!slot->len && !slot->marker)
			continue;

		if (!head)
			head = slot;
		else if (slot->timestamp != head->timestamp) {
			*scan = seq;
			return true;
		}

		if (slot->marker) {
			*scan = seq + 1;
			return true;
		}
	}

	*scan = seq;

	return false;
}

static void hand_out(struct assembly *a, struct assembly_frame *frame,
		     int64_t end)
{
	frame->count = 0;
	frame->keyframe = false;
	frame->told = false;
	frame->codec = VIDEO_VP8;

	for (int64_t seq = a->next; seq < end; seq++) {
		const struct slot *slot = slot_at(a, seq);

		if (!slot || !slot->len || frame->count >= ASSEMBLY_SLOTS)
			continue;

		frame->codec = slot->codec;
		frame->timestamp = slot->timestamp;
		frame->keyframe |= slot->keyframe;
		if (slot->told) {
			frame->told = true;
			frame->colour = slot->colour;
		}
		frame->pieces[frame->count++] =
			(struct payload_piece){payload_at(a, seq), slot->len};
	}
}

/* True if a gap at scan will not heal any more */
static bool hopeless(struct assembly *a, uint64_t now_us)
{
	if (a->gap_seq != a->scan) {
		a->gap_seq = a->scan;
		a->gap_since_us = now_us;
	}

	return now_us >= a->gap_since_us &&
	       now_us - a->gap_since_us >= a->patience_us;
}

/* A newer key frame that is whole makes waiting pointless */
static bool jump(struct assembly *a)
{
	int64_t scan = a->key_seq;

	if (a->key_seq == no_seq || a->key_seq <= a->scan)
		return false;
	if (!walk(a, a->key_seq, &scan))
		return false;

	start_at(a, a->key_seq);

	return true;
}

static bool sync_at_keyframe(struct assembly *a)
{
	if (a->synced)
		return true;
	if (a->key_seq == no_seq || !slot_at(a, a->key_seq))
		return false;

	start_at(a, a->key_seq);

	return true;
}

static enum assembly_result lose(struct assembly *a)
{
	/* The key frame itself may be what is lost */
	if (a->key_seq != no_seq && a->key_seq <= a->scan)
		a->key_seq = no_seq;
	a->synced = false;

	return ASSEMBLY_LOST;
}

enum assembly_result assembly_next(struct assembly *a,
				   struct assembly_frame *frame,
				   uint64_t now_us)
{
	while (sync_at_keyframe(a)) {

		/* Newer packets have taken the place of those we need */
		if (a->highest - a->next >= ASSEMBLY_SLOTS)
			return lose(a);

		if (walk(a, a->next, &a->scan)) {
			int64_t end = a->scan;

			hand_out(a, frame, end);
			start_at(a, end);
			if (frame->count)
				return ASSEMBLY_FRAME;
			continue;
		}

		/* Nothing is missing, the frame is on its way */
		if (a->scan > a->highest)
			return ASSEMBLY_NONE;

		if (jump(a))
			continue;

		if (!hopeless(a, now_us))
			return ASSEMBLY_NONE;

		return lose(a);
	}

	return ASSEMBLY_NONE;
}
