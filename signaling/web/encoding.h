/**
 * @file signaling/web/encoding.h  Content codings, and which one is wanted
 *
 * RFC 9110 sections 8.4 and 12.5.3. Pure; from any thread.
 */
#ifndef PARLEY_SIGNALING_WEB_ENCODING_H
#define PARLEY_SIGNALING_WEB_ENCODING_H

#include "mixer/base/re.h"

/** The smaller a file is by it the later it stands */
enum encoding {
	ENCODING_IDENTITY, /**< as it is */
	ENCODING_GZIP,
	ENCODING_BR, /**< RFC 7932 */
	ENCODING_COUNT,
};

/** "gzip" as in Content-Encoding; NULL for as it is */
const char *encoding_name(enum encoding encoding);

/** ".gz", what a file's name ends with that is so; NULL for as it is */
const char *encoding_ending(enum encoding encoding);

/**
 * The one to answer with
 *
 * @param accept  Value of Accept-Encoding; NULL: there is none
 * @param offered What there is, a bit each (1u << encoding)
 *
 * @return What is liked best, of several alike the smallest; as it is where
 *         nothing else will do
 */
enum encoding encoding_choose(const char *accept, unsigned offered);

#endif
