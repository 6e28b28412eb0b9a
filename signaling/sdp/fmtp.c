/**
 * @file signaling/sdp/fmtp.c  Format parameters in types
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/fmtp.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}


static void trim(struct pl *pl)
{
	while (pl->l && is_space(pl->p[0])) {
		++pl->p;
		--pl->l;
	}
	while (pl->l && is_space(pl->p[pl->l - 1]))
		--pl->l;
}


/** Cut the text up to `sep` off the front of `rest` */
static bool next_part(struct pl *rest, char sep, struct pl *part)
{
	const char *end;

	if (!rest->l)
		return false;
	part->p = rest->p;
	end = memchr(rest->p, sep, rest->l);
	if (!end) {
		part->l = rest->l;
		rest->p += rest->l;
		rest->l = 0;
		return true;
	}
	part->l = (size_t)(end - rest->p);
	rest->p += part->l + 1;
	rest->l -= part->l + 1;
	return true;
}


bool fmtp_param(const struct pl *fmtp, const char *name, struct pl *val)
{
	struct pl rest, part, key;
	size_t len = strlen(name);

	if (!fmtp || !fmtp->p)
		return false;
	rest = *fmtp;
	while (next_part(&rest, ';', &part)) {
		struct pl value = part;

		if (!next_part(&value, '=', &key))
			continue;
		trim(&key);
		trim(&value);
		if (key.l != len || strncasecmp(key.p, name, len) != 0)
			continue;
		*val = value;
		return true;
	}
	return false;
}


bool fmtp_number(const struct pl *text, uint32_t max, uint32_t *value)
{
	uint64_t n = 0;

	if (!text->l || text->l > 10)
		return false;
	for (size_t i = 0; i < text->l; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text->p[i] - '0');
	}
	if (n > max)
		return false;
	*value = (uint32_t)n;
	return true;
}


/** A numeric parameter, 0 when it is absent or out of bounds */
static uint32_t param_number(const struct pl *fmtp, const char *name,
			     uint32_t max)
{
	struct pl val;
	uint32_t n;

	if (!fmtp_param(fmtp, name, &val) || !fmtp_number(&val, max, &n))
		return 0;
	return n;
}


static bool param_is_one(const struct pl *fmtp, const char *name)
{
	return param_number(fmtp, name, 1) == 1;
}


void fmtp_opus_decode(struct codec_description *p, const struct pl *fmtp)
{
	p->channels = 2;
	p->fec = param_is_one(fmtp, "useinbandfec");
	p->dtx = param_is_one(fmtp, "usedtx");
	p->stereo = param_is_one(fmtp, "stereo");
	p->max_bitrate = param_number(fmtp, "maxaveragebitrate", 510000);
	p->max_playback_rate = param_number(fmtp, "maxplaybackrate", 48000);
	if (p->max_bitrate < 6000)
		p->max_bitrate = 0;
	if (p->max_playback_rate < 8000)
		p->max_playback_rate = 0;
}


/** "0,2,4,7" as bits; 0 when it is malformed */
static uint16_t mode_set_decode(struct pl text, unsigned modes)
{
	struct pl part;
	uint16_t set = 0;
	uint32_t mode;

	while (next_part(&text, ',', &part)) {
		trim(&part);
		if (!fmtp_number(&part, modes - 1, &mode))
			return 0;
		set |= (uint16_t)(1u << mode);
	}
	return set;
}


int fmtp_amr_decode(struct codec_description *p, const struct pl *fmtp,
		    unsigned modes)
{
	struct pl val;

	if (param_is_one(fmtp, "crc") ||
	    param_is_one(fmtp, "robust-sorting") ||
	    fmtp_param(fmtp, "interleaving", &val))
		return ENOTSUP;
	if (param_number(fmtp, "channels", UINT32_MAX) > 1)
		return ENOTSUP;

	p->octet_align = param_is_one(fmtp, "octet-align");
	p->mode_change_period =
		param_number(fmtp, "mode-change-period", 2) == 2 ? 2 : 1;
	p->mode_change_neighbor = param_is_one(fmtp, "mode-change-neighbor");
	if (fmtp_param(fmtp, "mode-set", &val)) {
		p->mode_set = mode_set_decode(val, modes);
		if (!p->mode_set)
			return EBADMSG;
	}
	return 0;
}


static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


static int profile_level_decode(struct fmtp_h264 *p, const struct pl *val)
{
	uint8_t octets[3];

	if (val->l != 6)
		return EBADMSG;
	for (size_t i = 0; i < 3; i++) {
		int high = hex_digit(val->p[2 * i]);
		int low = hex_digit(val->p[2 * i + 1]);

		if (high < 0 || low < 0)
			return EBADMSG;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	p->profile_idc = octets[0];
	p->profile_iop = octets[1];
	p->level_idc = octets[2];
	return 0;
}


/** Base64 of one octet or more, padded (RFC 4648 section 4) */
static bool is_base64(const struct pl *text)
{
	size_t digits = text->l;

	if (!text->l || text->l % 4)
		return false;
	while (digits > text->l - 2 && text->p[digits - 1] == '=')
		--digits;
	for (size_t i = 0; i < digits; i++) {
		char c = text->p[i], letter = (char)(c | 0x20);

		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') &&
		    c != '+' && c != '/')
			return false;
	}
	return true;
}


static void sprop_decode(char *sprop, const struct pl *val)
{
	struct pl rest = *val, unit;
	size_t used = 0;

	while (next_part(&rest, ',', &unit)) {
		trim(&unit);
		if (!is_base64(&unit) ||
		    unit.l > (DESCRIPTION_SPROP_BYTES - 1) - used - (used > 0))
			continue;
		if (used)
			sprop[used++] = ',';
		memcpy(sprop + used, unit.p, unit.l);
		used += unit.l;
		sprop[used] = '\0';
		if (used == (DESCRIPTION_SPROP_BYTES - 1))
			return;
	}
}


int fmtp_h264_decode(struct fmtp_h264 *p, struct codec_description *d,
		     const struct pl *fmtp)
{
	struct pl val;

	memset(p, 0, sizeof(*p));
	/* Absent: Baseline at level 1 (RFC 6184 section 8.1) */
	p->profile_idc = 0x42;
	p->level_idc = 10;
	if (fmtp_param(fmtp, "profile-level-id", &val) &&
	    profile_level_decode(p, &val))
		return EBADMSG;
	d->packetization_mode =
		(uint8_t)param_number(fmtp, "packetization-mode", 255);
	p->level_asymmetry = param_is_one(fmtp, "level-asymmetry-allowed");
	d->max_mbps = param_number(fmtp, "max-mbps", 16777216);
	d->max_fs = param_number(fmtp, "max-fs", 139264);
	if (fmtp_param(fmtp, "sprop-parameter-sets", &val))
		sprop_decode(d->sprop, &val);
	return 0;
}


void fmtp_vp8_decode(struct fmtp_vp8 *p, const struct pl *fmtp)
{
	p->max_fr = param_number(fmtp, "max-fr", 1000);
	p->max_fs = param_number(fmtp, "max-fs", 139264);
}


bool fmtp_h264_constrained_baseline(const struct fmtp_h264 *p)
{
	/* The four reserved bits are 0 in every row of the table */
	if (p->profile_iop & 0x0f)
		return false;
	switch (p->profile_idc) {
	case 0x42: return p->profile_iop & 0x40;
	case 0x4d: return p->profile_iop & 0x80;
	case 0x58: return (p->profile_iop & 0xc0) == 0xc0;
	default: return false;
	}
}


bool fmtp_h264_baseline(const struct fmtp_h264 *p)
{
	if (p->profile_iop & 0x0f)
		return false;
	switch (p->profile_idc) {
	case 0x42: return !(p->profile_iop & 0x40);
	case 0x58: return (p->profile_iop & 0xc0) == 0x80;
	default: return false;
	}
}


bool fmtp_h264_beyond_baseline(const struct fmtp_h264 *p)
{
	/* constraint_set4 and 5 are High's, the last two bits reserved */
	switch (p->profile_idc) {
	case 0x4d: return !(p->profile_iop & 0x8f);
	case 0x64: return !(p->profile_iop & 0x03);
	default: return false;
	}
}


/** Largest number in "480", "[160,320,640]" or "[160:16:640]" */
static unsigned largest_number(const struct pl *val)
{
	uint32_t largest = 0, n = 0;
	unsigned digits = 0;

	for (size_t i = 0; i < val->l; i++) {
		char c = val->p[i];

		if (c >= '0' && c <= '9' && ++digits <= 5) {
			n = n * 10 + (uint32_t)(c - '0');
			if (n > largest)
				largest = n;
		}
		else if (c < '0' || c > '9') {
			n = 0;
			digits = 0;
		}
	}
	return largest > 16384 ? 16384 : largest;
}


/** Value of `key` ("x", "y") in the inside of one set: it ends at a comma
 *  that is not inside the value's own brackets */
static unsigned set_value(const struct pl *set, char key)
{
	for (size_t i = 0; i + 1 < set->l; i++) {
		struct pl val;
		int depth = 0;

		if ((set->p[i] | 0x20) != key || set->p[i + 1] != '=')
			continue;
		val.p = set->p + i + 2;
		for (val.l = 0; i + 2 + val.l < set->l; val.l++) {
			char c = val.p[val.l];

			depth += (c == '[') - (c == ']');
			if (c == ',' && depth <= 0)
				break;
		}
		return largest_number(&val);
	}
	return 0;
}


/** The inside of the bracket that opens at text->p */
static bool bracket(const struct pl *text, struct pl *inside)
{
	int depth = 0;

	for (size_t i = 0; i < text->l; i++) {
		depth += (text->p[i] == '[') - (text->p[i] == ']');
		if (depth)
			continue;
		inside->p = text->p + 1;
		inside->l = i ? i - 1 : 0;
		return i > 0;
	}
	return false;
}


bool fmtp_imageattr_recv(const struct pl *attr, unsigned *width,
			 unsigned *height)
{
	struct pl rest = *attr, set;
	bool receives = false, found = false;
	unsigned long area = 0;

	while (rest.l) {
		size_t used = 1;

		if (rest.l >= 4 && !strncasecmp(rest.p, "recv", 4)) {
			receives = true;
			used = 4;
		}
		else if (rest.l >= 4 && !strncasecmp(rest.p, "send", 4)) {
			receives = false;
			used = 4;
		}
		else if (rest.p[0] == '[' && bracket(&rest, &set)) {
			unsigned x = set_value(&set, 'x');
			unsigned y = set_value(&set, 'y');

			used = set.l + 2;
			if (receives && (unsigned long)x * y > area) {
				area = (unsigned long)x * y;
				*width = x;
				*height = y;
				found = true;
			}
		}
		rest.p += used;
		rest.l -= used;
	}
	return found;
}
