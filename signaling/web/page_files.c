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


static void page_files_destructor(void *arg)
{
	struct page_files *f = arg;

	for (size_t i = 0; i < f->count; i++)
		mem_deref(f->files[i].content);
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


static int make_etag(struct page_file *file)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(file->content, file->len, digest, NULL, EVP_sha256(),
			NULL))
		return EIO;
	(void)re_snprintf(file->etag, sizeof(file->etag), "\"%w\"", digest,
			  (size_t)16);
	return 0;
}


static int read_all(int fd, struct page_file *file)
{
	size_t got = 0;

	while (got < file->len) {
		ssize_t n = read(fd, file->content + got, file->len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : EIO;
		got += (size_t)n;
	}
	return 0;
}


static int load(struct page_files *f, int folder, const char *name)
{
	struct page_file *file = &f->files[f->count];
	struct stat st;
	int fd, err = 0;

	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_BYTES_MAX) {
		err = EINVAL;
		goto out;
	}
	memset(file, 0, sizeof(*file));
	(void)re_snprintf(file->name, sizeof(file->name), "%s", name);
	file->ctype = page_files_type(name);
	file->immutable = has_hash(name);
	file->len = (size_t)st.st_size;
	file->content = mem_alloc(file->len ? file->len : 1, NULL);
	if (!file->content) {
		err = ENOMEM;
		goto out;
	}
	err = read_all(fd, file);
	if (!err)
		err = make_etag(file);
	if (!err)
		++f->count;
	else
		mem_deref(file->content);

out:
	(void)close(fd);
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
