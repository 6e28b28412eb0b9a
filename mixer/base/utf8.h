/**
 * @file mixer/base/utf8.h  Names from peers, made harmless
 *
 * Display names and the like reach terminals, XML, JSON and video tiles. What
 * leaves here is valid UTF-8 without control characters (C0, DEL, C1), without
 * noncharacters (XML has no place for U+FFFE) and without the marks that turn
 * the reading direction around (bidirectional overrides and isolates), so that
 * no name can move a cursor or forge another's. Pure functions in a header:
 * the CLI links no library of ours.
 */
#ifndef PARLEY_MIXER_BASE_UTF8_H
#define PARLEY_MIXER_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	/** Longest name kept, in bytes without the terminator */
	UTF8_NAME_MAX = 128,
	/** Makes one emoji of two */
	UTF8_JOINER = 0x200d
};

/**
 * One character of UTF-8 (RFC 3629: no surrogates, nothing overlong)
 *
 * @param code Set to the code point
 * @return bytes used; 0 if s[0..len) does not begin with a character
 */
static inline size_t utf8_read(uint32_t *code, const char *s, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = len ? (unsigned char)s[0] : 0xff;
	size_t n = c < 0x80   ? 1
		   : c < 0xc2 ? 0
		   : c < 0xe0 ? 2
		   : c < 0xf0 ? 3
		   : c < 0xf5 ? 4
			      : 0;

	if (!n || n > len)
		return 0;

	*code = n == 1 ? c : c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)s[i] & 0x3f);
	}

	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;

	return n;
}

/** May this code point be shown as it is? */
static inline bool utf8_harmless(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code >= 0xa0) &&
	       code != 0x061c && code != 0x200e && code != 0x200f &&
	       (code < 0x2028 || code > 0x202e) &&
	       (code < 0x2066 || code > 0x2069) && code != 0xfeff &&
	       (code < 0xfff9 || code > 0xfffb) && (code & 0xfffe) != 0xfffe &&
	       (code < 0xe0000 || code > 0xe007f);
}

/** Does this code point change what the one before it looks like? Combining
 *  marks, joiners, variants and skin tones of emoji */
static inline bool utf8_extends(uint32_t code)
{
	return (code >= 0x300 && code < 0x370) ||
	       (code >= 0x1ab0 && code < 0x1b00) ||
	       (code >= 0x1dc0 && code < 0x1e00) || code == 0x200c ||
	       code == 0x200d || (code >= 0x20d0 && code < 0x2100) ||
	       (code >= 0xfe00 && code < 0xfe10) ||
	       (code >= 0xfe20 && code < 0xfe30) ||
	       (code >= 0x1f3fb && code < 0x1f400);
}

/**
 * Copy what is harmless; the rest becomes '?' (undecodable) or a space
 *
 * @param dst  Always terminated, cut between letters as people see them: no
 *             letter loses its accent, no emoji a part
 * @param size Its size in bytes, at least 1
 * @param src  May be NULL
 * @return dst
 */
static inline const char *utf8_clean(char *dst, size_t size, const char *src)
{
	size_t len = src ? strlen(src) : 0, o = 0, letter = 0;
	uint32_t before = 0;

	while (len) {
		uint32_t code = 0;
		size_t n = utf8_read(&code, src, len);
		size_t used = n ? n : 1;
		bool as_is = n && utf8_harmless(code);

		if (before != UTF8_JOINER && !utf8_extends(code))
			letter = o;
		before = code;

		if (o + (as_is ? n : 1) >= size) {
			o = letter ? letter : o;
			break;
		}

		if (as_is) {
			memcpy(dst + o, src, n);
			o += n;
		}
		else {
			dst[o++] = n ? ' ' : '?';
		}

		src += used;
		len -= used;
	}

	dst[o] = '\0';

	return dst;
}

#endif
