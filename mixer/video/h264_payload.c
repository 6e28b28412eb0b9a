/**
 * @file mixer/video/h264_payload.c  RTP payload format for H.264 (RFC 6184)
 */
#include <errno.h>
#include <string.h>
#include "mixer/video/payload.h"

/* NAL unit header and types, RFC 6184 sections 1.3 and 5.2 */
enum {
	NAL_NRI = 0x60,
	NAL_F = 0x80,
	NAL_F_NRI = 0xe0,
	NAL_TYPE = 0x1f,
	NAL_IDR = 5,
	NAL_SPS = 7,
	NAL_PPS = 8,
	NAL_SINGLE_MAX = 23,
	NAL_STAP_A = 24,
	NAL_FU_A = 28,
	FU_START = 0x80,
	FU_END = 0x40,
	FU_HEADERS = 2,
	/* first_mb_in_slice is Exp-Golomb: a set first bit says 0 */
	SLICE_FIRST_MB_0 = 0x80,
};

static const uint8_t start_code[4] = {0, 0, 0, 1};

/* Next NAL unit of a STAP-A; false at its end or when it lies */
static bool stap_next(const uint8_t **p, size_t *len,
		      struct payload_piece *nal)
{
	size_t n;

	if (*len < 3)
		return false;

	n = (size_t)(*p)[0] << 8 | (*p)[1];
	if (!n || n > *len - 2)
		return false;

	nal->p = *p + 2;
	nal->len = n;
	*p += 2 + n;
	*len -= 2 + n;

	return true;
}

static bool nal_starts_keyframe(const uint8_t *p, size_t len)
{
	uint8_t type = p[0] & NAL_TYPE;

	if (type == NAL_SPS)
		return true;

	return type == NAL_IDR && len > 1 && (p[1] & SLICE_FIRST_MB_0);
}

static bool stap_starts_keyframe(const uint8_t *p, size_t len)
{
	struct payload_piece nal;

	while (stap_next(&p, &len, &nal)) {
		if (nal_starts_keyframe(nal.p, nal.len))
			return true;
	}

	return false;
}

bool h264_payload_starts_keyframe(const uint8_t *p, size_t len)
{
	if (len < 2)
		return false;

	switch (p[0] & NAL_TYPE) {

	case NAL_STAP_A: return stap_starts_keyframe(p + 1, len - 1);

	case NAL_FU_A:
		return len > 2 && (p[1] & FU_START) &&
		       (p[1] & NAL_TYPE) == NAL_IDR &&
		       (p[2] & SLICE_FIRST_MB_0);

	default: return nal_starts_keyframe(p, len);
	}
}

static int put_bytes(struct payload_frame *frame, const uint8_t *p, size_t len)
{
	if (len > frame->size - frame->len)
		return EOVERFLOW;

	memcpy(&frame->buf[frame->len], p, len);
	frame->len += len;

	return 0;
}

/* Start code and NAL unit header, then as much of the body as there is */
static int put_nal(struct payload_frame *frame, uint8_t header,
		   const uint8_t *body, size_t len)
{
	int err;

	if ((header & NAL_TYPE) == NAL_IDR)
		frame->keyframe = true;
	if ((header & NAL_TYPE) == NAL_SPS)
		frame->parameter_sets = true;

	err = put_bytes(frame, start_code, sizeof(start_code));
	err |= put_bytes(frame, &header, 1);
	err |= put_bytes(frame, body, len);

	return err ? EOVERFLOW : 0;
}

static int append_stap(struct payload_frame *frame, const uint8_t *p,
		       size_t len)
{
	struct payload_piece nal;
	bool any = false;
	int err;

	while (stap_next(&p, &len, &nal)) {
		uint8_t type = nal.p[0] & NAL_TYPE;

		if (!type || type > NAL_SINGLE_MAX)
			return EBADMSG;

		err = put_nal(frame, nal.p[0], nal.p + 1, nal.len - 1);
		if (err)
			return err;
		any = true;
	}

	return any && !len ? 0 : EBADMSG;
}

static int append_fu(struct payload_frame *frame, const uint8_t *p, size_t len)
{
	uint8_t header = (p[0] & NAL_F_NRI) | (p[1] & NAL_TYPE);
	uint8_t type = p[1] & NAL_TYPE;
	bool start = p[1] & FU_START, end = p[1] & FU_END;
	int err;

	if (len <= FU_HEADERS || !type || type > NAL_SINGLE_MAX)
		return EBADMSG;
	/* A start inside a fragmented unit, or a middle outside of one; both
	 * bits are forbidden together (section 5.8) but some senders do it */
	if (start == frame->fragment)
		return EBADMSG;

	if (start) {
		err = put_nal(frame, header, p + FU_HEADERS, len - FU_HEADERS);
	}
	else {
		err = put_bytes(frame, p + FU_HEADERS, len - FU_HEADERS);
	}

	frame->fragment = !end;

	return err;
}

int h264_payload_append(struct payload_frame *frame, const uint8_t *p,
			size_t len)
{
	uint8_t type;

	if (len < 2)
		return EBADMSG;

	type = p[0] & NAL_TYPE;

	if (type == NAL_FU_A)
		return append_fu(frame, p, len);

	if (frame->fragment || !type)
		return EBADMSG;

	if (type == NAL_STAP_A)
		return append_stap(frame, p + 1, len - 1);

	/* STAP-B, MTAP and FU-B belong to the interleaved mode 2 */
	if (type > NAL_SINGLE_MAX)
		return EBADMSG;

	return put_nal(frame, p[0], p + 1, len - 1);
}

/* Three bytes that no NAL unit may hold: it would end there (H.264, 7.4.1) */
static bool has_start_code(const uint8_t *p, size_t len)
{
	for (size_t i = 2; i < len; i++) {
		if (!p[i - 2] && !p[i - 1] && p[i] <= 2)
			return true;
	}

	return false;
}

int video_parameter_sets_append(struct video_parameter_sets *sets,
				const uint8_t *nal, size_t len)
{
	uint8_t type;

	if (len < 2 || (nal[0] & NAL_F) || has_start_code(nal, len))
		return EBADMSG;

	type = nal[0] & NAL_TYPE;
	if (type != NAL_SPS && type != NAL_PPS)
		return EBADMSG;
	if (len > sizeof(sets->buf) - sizeof(start_code) ||
	    sets->len > sizeof(sets->buf) - sizeof(start_code) - len)
		return EOVERFLOW;

	memcpy(&sets->buf[sets->len], start_code, sizeof(start_code));
	memcpy(&sets->buf[sets->len + sizeof(start_code)], nal, len);
	sets->len += sizeof(start_code) + len;

	return 0;
}

/* Room for one more payload of len bytes; NULL when there is none */
static uint8_t *list_reserve(struct payload_list *list, size_t len)
{
	uint8_t *p;

	if (list->count >= VIDEO_FRAME_PAYLOADS_MAX)
		return NULL;
	if (len > list->size - list->used)
		return NULL;

	p = &list->buf[list->used];
	list->payloads[list->count] = p;
	list->lens[list->count++] = len;
	list->used += len;

	return p;
}

static int split_single(struct payload_list *list,
			const struct payload_piece *nal)
{
	uint8_t *d;

	if (nal->len > list->payload_max)
		return EMSGSIZE;

	d = list_reserve(list, nal->len);
	if (!d)
		return EOVERFLOW;

	memcpy(d, nal->p, nal->len);

	return 0;
}

static int split_fu(struct payload_list *list, const struct payload_piece *nal)
{
	size_t room = list->payload_max - FU_HEADERS;
	size_t body = nal->len - 1;
	size_t count = (body + room - 1) / room, pos = 0;

	for (size_t i = 0; i < count; i++) {
		size_t end = body * (i + 1) / count;
		uint8_t *d = list_reserve(list, end - pos + FU_HEADERS);

		if (!d)
			return EOVERFLOW;

		d[0] = (nal->p[0] & NAL_F_NRI) | NAL_FU_A;
		d[1] = nal->p[0] & NAL_TYPE;
		if (i == 0)
			d[1] |= FU_START;
		if (i == count - 1)
			d[1] |= FU_END;
		memcpy(&d[FU_HEADERS], &nal->p[1 + pos], end - pos);
		pos = end;
	}

	return 0;
}

/* How many neighbours fit into one STAP-A, and its length */
static size_t stap_fit(const struct payload_list *list,
		       const struct payload_piece *nals, size_t count,
		       size_t *len)
{
	size_t n = 0;

	*len = 1;
	while (n < count && nals[n].len <= UINT16_MAX &&
	       *len + 2 + nals[n].len <= list->payload_max) {
		*len += 2 + nals[n].len;
		++n;
	}

	return n;
}

static int split_stap(struct payload_list *list,
		      const struct payload_piece *nals, size_t count,
		      size_t len)
{
	uint8_t *d = list_reserve(list, len), *header = d;
	uint8_t nri = 0;

	if (!d)
		return EOVERFLOW;

	++d;
	for (size_t i = 0; i < count; i++) {
		if ((nals[i].p[0] & NAL_NRI) > nri)
			nri = nals[i].p[0] & NAL_NRI;

		*d++ = (uint8_t)(nals[i].len >> 8);
		*d++ = (uint8_t)nals[i].len;
		memcpy(d, nals[i].p, nals[i].len);
		d += nals[i].len;
	}

	/* The highest of the aggregated units' NRI (section 5.7) */
	*header = nri | NAL_STAP_A;

	return 0;
}

int h264_payload_split(struct payload_list *list, unsigned mode,
		       const struct payload_piece *nals, size_t count)
{
	int err = 0;

	if (mode > 1 || !count || list->payload_max <= FU_HEADERS)
		return EINVAL;

	for (size_t i = 0; i < count; i++) {
		if (nals[i].len < 2)
			return EINVAL;
	}

	for (size_t i = 0; i < count && !err;) {
		size_t len, n = stap_fit(list, &nals[i], count - i, &len);

		if (mode == 1 && n > 1) {
			err = split_stap(list, &nals[i], n, len);
			i += n;
		}
		else if (mode == 1 && nals[i].len > list->payload_max) {
			err = split_fu(list, &nals[i++]);
		}
		else {
			err = split_single(list, &nals[i++]);
		}
	}

	return err;
}
