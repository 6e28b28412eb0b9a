/**
 * @file focus/cli/cli_link.c  Connection to parleyd's control socket
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "focus/cli/cli_private.h"


enum {
	READ_BYTES = 65536,
	PLACES = 3,
	PLACE_SHARED = 2, /**< anybody may have made it first */
	NOT_TRUSTED = -2,
	PATH_BYTES = sizeof(((struct sockaddr_un *)0)->sun_path),
};

struct cli_link {
	int fd;
	char *buf;
	size_t len, size;
};


static int try_open(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int err = errno;

		(void)close(fd);
		errno = err;
		return -1;
	}

	return fd;
}


/** Where parleyd puts it when it is not told (config_find.c) */
static void places(char path[PLACES][PATH_BYTES])
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	(void)snprintf(path[0], PATH_BYTES, "/run/parley/parley.sock");
	(void)snprintf(path[1], PATH_BYTES, "%s/parley/parley.sock",
		       run && *run ? run : "/nonexistent");
	(void)snprintf(path[2], PATH_BYTES, "/tmp/parley-%u/parley.sock",
		       (unsigned)geteuid());
}


/** Is the folder of that socket ours alone, or not there? */
static bool is_own_folder(const char *path)
{
	char folder[PATH_BYTES];
	struct stat st;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	if (lstat(folder, &st))
		return errno == ENOENT;

	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return true;

	fprintf(stderr,
		"parley: %s is not this user's alone (uid=%u mode=%o): no "
		"server is looked for there; say -s PATH if you trust it\n",
		folder, (unsigned)st.st_uid, (unsigned)st.st_mode);

	return false;
}


/** Is who listens there this user, or root? */
static bool is_own_server(int fd, const char *path)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof(peer);

	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
	    (peer.uid == geteuid() || peer.uid == 0))
		return true;

	fprintf(stderr,
		"parley: the server at %s is another user's (uid=%u); say "
		"-s PATH if you trust it\n",
		path, (unsigned)peer.uid);

	return false;
}


/** @return The connection, -1 (errno) or NOT_TRUSTED, which is told */
static int open_own(const char *path)
{
	int fd = try_open(path);

	if (fd >= 0 && !is_own_server(fd, path)) {
		(void)close(fd);
		fd = NOT_TRUSTED;
	}

	return fd;
}


/** In a folder where anybody may make one. As open_own() */
static int open_shared(const char *path)
{
	return is_own_folder(path) ? open_own(path) : NOT_TRUSTED;
}


/** Only the first place is the system's: what is in the environment may be of
 *  who was somebody else (su, sudo -E). As open_own() */
static int open_place(int place, const char *path)
{
	switch (place) {

	case 0: return try_open(path);
	case PLACE_SHARED: return open_shared(path);
	default: return open_own(path);
	}
}


static int find_socket(const struct cli *cli)
{
	const char *given =
		cli->socket ? cli->socket : getenv("PARLEY_SOCKET");
	char path[PLACES][PATH_BYTES];
	const char *denied = NULL;
	int fd = -1;

	if (given && *given) {
		fd = try_open(given);
		if (fd < 0)
			fprintf(stderr, "parley: no server at %s: %s\n", given,
				strerror(errno));
		return fd;
	}

	places(path);
	for (int i = 0; i < PLACES && fd < 0; i++) {
		fd = open_place(i, path[i]);
		if (fd == NOT_TRUSTED)
			return -1;
		if (fd < 0 && errno == EACCES)
			denied = path[i];
	}

	/* another user's server keeps nobody from his own */
	if (fd < 0 && denied)
		fprintf(stderr, "parley: not allowed to use %s\n", denied);
	else if (fd < 0)
		fprintf(stderr,
			"parley: no server found; is parleyd running? "
			"(looked in %s, %s and %s; say -s PATH if it is "
			"elsewhere)\n",
			path[0], path[1], path[2]);

	return fd;
}


int cli_link_open(struct cli_link **lp, const struct cli *cli)
{
	struct cli_link *l = calloc(1, sizeof(*l));

	if (!l)
		return CLI_FAILED;

	l->fd = find_socket(cli);
	if (l->fd < 0) {
		free(l);
		return CLI_NO_SERVER;
	}

	*lp = l;

	return CLI_OK;
}


void cli_link_close(struct cli_link *l)
{
	if (!l)
		return;

	(void)close(l->fd);
	free(l->buf);
	free(l);
}


int cli_link_fd(const struct cli_link *l)
{
	return l->fd;
}


bool cli_link_send(struct cli_link *l, const json_t *command)
{
	/* json_dumps() may leave bytes out where memory fails */
	size_t len = json_dumpb(command, NULL, 0, JSON_COMPACT);
	char *text = len ? malloc(len + 1) : NULL;
	bool good =
		text && json_dumpb(command, text, len, JSON_COMPACT) == len;

	if (good)
		text[len++] = '\n';

	for (size_t done = 0; good && done < len;) {
		ssize_t n = send(l->fd, text + done, len - done, MSG_NOSIGNAL);

		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			good = false;
	}

	free(text);

	return good;
}


static bool cli_link_fill(struct cli_link *l)
{
	ssize_t n;

	if (l->size - l->len < READ_BYTES) {
		char *bigger = realloc(l->buf, l->size + 2 * READ_BYTES);

		if (!bigger)
			return false;
		l->buf = bigger;
		l->size += 2 * READ_BYTES;
	}

	do {
		n = recv(l->fd, l->buf + l->len, l->size - l->len, 0);
	} while (n < 0 && errno == EINTR);

	if (n > 0)
		l->len += (size_t)n;

	return n > 0;
}


bool cli_link_ready(const struct cli_link *l)
{
	return l->len && memchr(l->buf, '\n', l->len);
}


json_t *cli_link_receive(struct cli_link *l)
{
	json_t *msg;
	size_t len;

	while (!cli_link_ready(l)) {
		if (!cli_link_fill(l))
			return NULL;
	}

	len = (size_t)((char *)memchr(l->buf, '\n', l->len) - l->buf);
	msg = json_loadb(l->buf, len, 0, NULL);
	l->len -= len + 1;
	memmove(l->buf, l->buf + len + 1, l->len);

	return msg;
}


json_t *cli_link_ask(struct cli_link *l, const json_t *command)
{
	json_t *reply = NULL;

	if (cli_link_send(l, command))
		reply = cli_link_receive(l);

	if (!reply)
		fprintf(stderr, "parley: the server hung up\n");

	return reply;
}
