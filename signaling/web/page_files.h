/**
 * @file signaling/web/page_files.h  The built web page in memory
 *
 * Regular files of one folder with plain names, read once. Each has a
 * media type and an ETag made of its content. Read-only after alloc.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_FILES_H
#define PARLEY_SIGNALING_WEB_PAGE_FILES_H

#include "mixer/base/re.h"

struct page_files;

struct page_file {
	char name[128];
	const char *ctype;
	char etag[36];  /**< quoted */
	bool immutable; /**< its name has a hash of its content */
	uint8_t *content;
	size_t len;
};

/** @return 0, also when the folder is missing (then it is empty); ENOMEM */
int page_files_alloc(struct page_files **fp, const char *folder);

/** @param name Without the leading '/'. @return NULL if there is none */
const struct page_file *page_files_find(const struct page_files *f,
					const char *name);

/** Media type by the name's ending; NULL for one that we do not serve */
const char *page_files_type(const char *name);

#endif
