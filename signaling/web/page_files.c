/**
 * @file signaling/web/page_files.c  The built web page in memory
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/evp.h>
#include "mixer/base/log.h"
#include "signaling/web/page_files.h"

enum { FILES_MAX = 64, FILE_BYTES_MAX = 8 * 1024 * 1024 };

struct page_files {
	struct page_file files[FILES_MAX];
	size_t count;
};

static const struct {
	const char *ending, *ctype;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".json", "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".txt", "text/plain; charset=utf-8"},
	{".map", "application/json"},
};


static void unload(struct page_file *file)
{
	for (size_t i = 0; i < ENCODING_COUNT; i++)
		file->bodies[i].content = mem_deref(file->bodies[i].content);
}


static void page_files_destructor(void *arg)
{
	struct page_files *f = arg;

	for (size_t i = 0; i < f->count; i++)
		unload(&f->files[i]);
}


const char *page_files_type(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t n = strlen(types[i].ending);

		if (len > n && !strcasecmp(name + len - n, types[i].ending))
			return types[i].ctype;
	}
	return NULL;
}


/** "join.4bf0be7e3f.js": eight or more hex digits between two dots */
static bool has_hash(const char *name)
{
	const char *dot = strchr(name, '.');
	size_t n;

	if (!dot)
		return false;
	n = strspn(dot + 1, "0123456789abcdef");
	return n >= 8 && dot[1 + n] == '.';
}


static int make_etag(struct page_body *body, enum encoding encoding)
{
	const char *name = encoding_name(encoding);
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(body->content, body->len, digest, NULL, EVP_sha256(),
			NULL))
		return EIO;
	(void)re_snprintf(body->etag, sizeof(body->etag), "\"%w%s%s\"", digest,
			  (size_t)16, name ? "-" : "", name ? name : "");
	return 0;
}


static int read_all(int fd, struct page_body *body)
{
	size_t got = 0;

	while (got < body->len) {
		ssize_t n = read(fd, body->content + got, body->len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : EIO;
		got += (size_t)n;
	}
	return 0;
}


/** @param since Older ones are of another content: none of that age is read.
 *               Set to its age */
static int load_body(struct page_body *body, int folder, const char *name,
		     enum encoding encoding, time_t *since)
{
	struct stat st;
	int fd, err = 0;

	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_BYTES_MAX || st.st_mtime < *since) {
		err = EINVAL;
		goto out;
	}
	*since = st.st_mtime;
	body->len = (size_t)st.st_size;
	body->content = mem_alloc(body->len ? body->len : 1, NULL);
	if (!body->content) {
		err = ENOMEM;
		goto out;
	}
	err = read_all(fd, body);
	if (!err)
		err = make_etag(body, encoding);
	if (err)
		body->content = mem_deref(body->content);

out:
	(void)close(fd);
	return err;
}


/** What it is encoded as beside it. @return ENOMEM, else 0 */
static int load_encoded(struct page_file *file, int folder, time_t since)
{
	for (unsigned i = ENCODING_GZIP; i < ENCODING_COUNT; i++) {
		char name[sizeof(file->name) + 8];
		time_t age = since;
		int err;

		(void)re_snprintf(name, sizeof(name), "%s%s", file->name,
				  encoding_ending((enum encoding)i));
		err = load_body(&file->bodies[i], folder, name,
				(enum encoding)i, &age);
		if (err == ENOMEM)
			return err;
		if (err && err != ENOENT)
			log_warn("page", "not served file=%s error=%s", name,
				 strerror(err));
	}
	return 0;
}


static int load(struct page_files *f, int folder, const char *name)
{
	struct page_file *file = &f->files[f->count];
	time_t since = 0;
	int err;

	memset(file, 0, sizeof(*file));
	(void)re_snprintf(file->name, sizeof(file->name), "%s", name);
	file->ctype = page_files_type(name);
	file->immutable = has_hash(name);
	err = load_body(&file->bodies[ENCODING_IDENTITY], folder, name,
			ENCODING_IDENTITY, &since);
	if (!err)
		err = load_encoded(file, folder, since);
	if (err)
		unload(file);
	else
		++f->count;

	return err;
}


static int load_folder(struct page_files *f, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		log_warn("page", "no page folder=%s error=%s", folder,
			 strerror(errno));
		return 0;
	}
	while (!err && (entry = readdir(dir)) && f->count < FILES_MAX) {
		const char *name = entry->d_name;

		if (name[0] == '.' || !page_files_type(name) ||
		    strlen(name) >= sizeof(f->files[0].name))
			continue;
		err = load(f, dirfd(dir), name);
		if (err && err != ENOMEM) {
			log_warn("page", "unreadable file=%s error=%s", name,
				 strerror(err));
			err = 0;
		}
	}
	(void)closedir(dir);
	return err;
}


int page_files_alloc(struct page_files **fp, const char *folder)
{
	struct page_files *f;
	int err;

	if (!fp || !folder)
		return EINVAL;
	f = mem_zalloc(sizeof(*f), page_files_destructor);
	if (!f)
		return ENOMEM;
	err = load_folder(f, folder);
	if (err)
		mem_deref(f);
	else
		*fp = f;
	return err;
}


const struct page_file *page_files_find(const struct page_files *f,
					const char *name)
{
	for (size_t i = 0; f && i < f->count; i++) {
		if (!strcmp(f->files[i].name, name))
			return &f->files[i];
	}
	return NULL;
}


enum encoding page_file_choose(const struct page_file *file,
			       const char *accept)
{
	unsigned offered = 0;

	for (unsigned i = 0; i < ENCODING_COUNT; i++) {
		if (file->bodies[i].content)
			offered |= 1u << i;
	}
	return encoding_choose(accept, offered);
}


bool page_file_varies(const struct page_file *file)
{
	return file->bodies[ENCODING_GZIP].content ||
	       file->bodies[ENCODING_BR].content;
}
