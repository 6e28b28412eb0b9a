/**
 * @file signaling/web/page_files.h  The built web page in memory
 *
 * Regular files of one folder with plain names, read once. Each has a
 * media type, and is there as it is and as NAME.br and NAME.gz have it
 * encoded, where they are no older than it. Each of those has an ETag made of
 * the content (RFC 9110 section 8.8.3: another one for each encoding).
 * Read-only after alloc.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_FILES_H
#define PARLEY_SIGNALING_WEB_PAGE_FILES_H

#include "mixer/base/re.h"
#include "signaling/web/encoding.h"

struct page_files;

/** A file in one encoding; without content it is not there in that one */
struct page_body {
	uint8_t *content;
	size_t len;
	char etag[42]; /**< quoted */
};

struct page_file {
	char name[128];
	const char *ctype;
	bool immutable; /**< its name has a hash of its content */
	struct page_body bodies[ENCODING_COUNT];
};

/** @return 0, also when the folder is missing (then it is empty); ENOMEM */
int page_files_alloc(struct page_files **fp, const char *folder);

/** @param name Without the leading '/'. @return NULL if there is none */
const struct page_file *page_files_find(const struct page_files *f,
					const char *name);

/** In which encoding to answer, of those that there are.
 *  @param accept Value of Accept-Encoding or NULL */
enum encoding page_file_choose(const struct page_file *file,
			       const char *accept);

/** Whether it is there in more than one, so that caches have to know */
bool page_file_varies(const struct page_file *file);

/** Media type by the name's ending; NULL for one that we do not serve */
const char *page_files_type(const char *name);

#endif
