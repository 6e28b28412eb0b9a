/**
 * @file test_page_files.c  The built page in memory: what is served and how
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "signaling/web/page_files.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static char folder[64];

static void open_folder(void)
{
	/* what is missing or unreadable is warned of */
	log_level_set(LOG_LEVEL_ERROR);
	strcpy(folder, "/tmp/parley-test-page-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}


static void put(const char *name, const char *content)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	(void)fputs(content, f);
	(void)fclose(f);
}


static void close_folder(void)
{
	char command[96];

	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}


static void files_have_their_types(void)
{
	static const struct {
		const char *name, *type;
	} rows[] = {
		{"index.html", "text/html; charset=utf-8"},
		{"a.b.JS", "text/javascript; charset=utf-8"},
		{"a.css", "text/css; charset=utf-8"},
		{"a.svg", "image/svg+xml"},
		{"a.woff2", "font/woff2"},
		{"a.map", "application/json"},
		{"a.webmanifest", "application/manifest+json"},
		/* what is served is what a page is made of */
		{"a.php", NULL},
		{"a.html~", NULL},
		{"html", NULL},
		{".html", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *type = page_files_type(rows[i].name);

		CU_ASSERT(rows[i].type ? type && !strcmp(type, rows[i].type)
				       : !type);
	}
}


static const struct page_body *plain(const struct page_files *f,
				     const char *name)
{
	return &page_files_find(f, name)->bodies[ENCODING_IDENTITY];
}


static void only_plain_files_of_the_folder_are_read(void)
{
	struct page_files *f = NULL;
	char path[256];

	open_folder();
	put("index.html", "<p>");
	put("empty.css", "");
	put(".hidden.html", "x");
	put("secret.key", "x");
	(void)snprintf(path, sizeof(path), "%s/dir.html", folder);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/link.html", folder);
	CU_ASSERT_EQUAL(symlink("/etc/passwd", path), 0);

	CU_ASSERT_EQUAL_FATAL(page_files_alloc(&f, folder), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page_files_find(f, "index.html"));
	CU_ASSERT_EQUAL(plain(f, "index.html")->len, 3);
	CU_ASSERT(!memcmp(plain(f, "index.html")->content, "<p>", 3));
	CU_ASSERT_PTR_NOT_NULL(page_files_find(f, "empty.css"));
	CU_ASSERT_PTR_NULL(page_files_find(f, ".hidden.html"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "secret.key"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "dir.html"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "link.html"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "../index.html"));
	CU_ASSERT_PTR_NULL(page_files_find(NULL, "index.html"));

	/* read once */
	put("index.html", "changed");
	CU_ASSERT_EQUAL(plain(f, "index.html")->len, 3);
	mem_deref(f);
	close_folder();
}


static void a_tag_is_of_the_content(void)
{
	struct page_files *f = NULL;
	const struct page_body *a, *b, *c;

	open_folder();
	put("a.txt", "one");
	put("b.txt", "one");
	put("c.txt", "two");
	put("join.4bf0be7e3f.js", "x");
	put("join.4bf0be7.js", "x");
	put("join.4bf0be7g3f.js", "x");
	CU_ASSERT_EQUAL_FATAL(page_files_alloc(&f, folder), 0);
	a = plain(f, "a.txt");
	b = plain(f, "b.txt");
	c = plain(f, "c.txt");
	CU_ASSERT_STRING_EQUAL(a->etag, b->etag);
	CU_ASSERT_STRING_NOT_EQUAL(a->etag, c->etag);
	CU_ASSERT_EQUAL(strlen(a->etag), 34);
	CU_ASSERT(a->etag[0] == '"' && a->etag[33] == '"');
	CU_ASSERT_FALSE(page_files_find(f, "a.txt")->immutable);
	CU_ASSERT_TRUE(page_files_find(f, "join.4bf0be7e3f.js")->immutable);
	CU_ASSERT_FALSE(page_files_find(f, "join.4bf0be7.js")->immutable);
	CU_ASSERT_FALSE(page_files_find(f, "join.4bf0be7g3f.js")->immutable);
	mem_deref(f);
	close_folder();
}


/** As if it had been written so long before everything else */
static void make_older(const char *name, int seconds)
{
	char path[256];
	struct timespec times[2];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	CU_ASSERT_EQUAL(clock_gettime(CLOCK_REALTIME, &times[0]), 0);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
}


static void what_is_encoded_belongs_to_its_file(void)
{
	static const char all[] = "gzip, deflate, br";
	struct page_files *f = NULL;
	const struct page_file *a, *b, *c;

	open_folder();
	put("a.txt", "as it is");
	put("a.txt.br", "br");
	put("a.txt.gz", "gz");
	put("b.txt", "new");
	put("b.txt.br", "of the one before it");
	make_older("b.txt.br", 60);
	put("c.txt", "alone");
	put("d.txt.br", "of none");
	CU_ASSERT_EQUAL_FATAL(page_files_alloc(&f, folder), 0);
	a = page_files_find(f, "a.txt");
	b = page_files_find(f, "b.txt");
	c = page_files_find(f, "c.txt");

	CU_ASSERT_EQUAL(page_file_choose(a, all), ENCODING_BR);
	CU_ASSERT_EQUAL(page_file_choose(a, "gzip"), ENCODING_GZIP);
	CU_ASSERT_EQUAL(page_file_choose(a, NULL), ENCODING_IDENTITY);
	CU_ASSERT(page_file_varies(a));
	CU_ASSERT_EQUAL(a->bodies[ENCODING_BR].len, 2);
	CU_ASSERT(!memcmp(a->bodies[ENCODING_GZIP].content, "gz", 2));
	/* another tag for each, which says what it is */
	CU_ASSERT_STRING_NOT_EQUAL(a->bodies[ENCODING_BR].etag,
				   a->bodies[ENCODING_IDENTITY].etag);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(a->bodies[ENCODING_GZIP].etag, "-gzip\""));

	CU_ASSERT_EQUAL(page_file_choose(b, all), ENCODING_IDENTITY);
	CU_ASSERT_FALSE(page_file_varies(b));
	CU_ASSERT_EQUAL(page_file_choose(c, all), ENCODING_IDENTITY);
	CU_ASSERT_FALSE(page_file_varies(c));
	CU_ASSERT_PTR_NULL(page_files_find(f, "a.txt.br"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "d.txt.br"));
	CU_ASSERT_PTR_NULL(page_files_find(f, "d.txt"));
	mem_deref(f);
	close_folder();
}


static void a_missing_folder_is_an_empty_one(void)
{
	struct page_files *f = NULL;

	log_level_set(LOG_LEVEL_ERROR);
	CU_ASSERT_EQUAL_FATAL(page_files_alloc(&f, "/nonexistent/page"), 0);
	CU_ASSERT_PTR_NULL(page_files_find(f, "index.html"));
	mem_deref(f);
	CU_ASSERT_EQUAL(page_files_alloc(&f, NULL), EINVAL);
	CU_ASSERT_EQUAL(page_files_alloc(NULL, folder), EINVAL);
}


static int read_folder(void *arg)
{
	struct page_files *f = NULL;
	int err = page_files_alloc(&f, arg);

	CU_ASSERT_EQUAL(!err, f != NULL);
	/* all of them or none */
	if (!err)
		CU_ASSERT(page_files_find(f, "a.txt") &&
			  page_files_find(f, "b.txt"));
	mem_deref(f);

	return err;
}


static void half_a_page_is_none(void)
{
	open_folder();
	put("a.txt", "one");
	put("a.txt.br", "o");
	put("b.txt", "two");
	failing_each(read_folder, folder);
	close_folder();
}


static CU_TestInfo tests[] = {
	{"files have their types", files_have_their_types},
	{"only plain files of the folder are read",
	 only_plain_files_of_the_folder_are_read},
	{"a tag is of the content", a_tag_is_of_the_content},
	{"what is encoded belongs to its file",
	 what_is_encoded_belongs_to_its_file},
	{"a missing folder is an empty one", a_missing_folder_is_an_empty_one},
	{"half a page is none", half_a_page_is_none},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(page_files, tests)
