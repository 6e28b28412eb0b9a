/**
 * @file signaling/control/control_socket.c  Where the control socket stands
 */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "signaling/control/control_socket.h"


enum { LISTEN_BACKLOG = 64 };

struct place {
	struct sockaddr_un addr;
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *why;
	size_t why_size;
};


/** @param st Of what stands in the way */
static int blame(const struct place *p, int err, const struct stat *st,
		 const char *words)
{
	const struct passwd *pw = getpwuid(st->st_uid);

	(void)snprintf(p->why, p->why_size, "%s owner=%s uid=%u", words,
		       pw ? pw->pw_name : "?", (unsigned)st->st_uid);

	return err;
}


static int blame_folder(const struct place *p, int err)
{
	struct stat st;

	if (stat(p->folder, &st))
		return err;

	return blame(p, err, &st,
		     "its folder is closed to this user: set another path");
}


/** May somebody else make a folder in its place, or a link (in /tmp, or in
 *  what another made there)? */
static bool is_among_others(const char *folder, const struct run_as *user)
{
	char parent[sizeof(((struct place *)NULL)->folder)];
	const char *slash = strrchr(folder, '/');
	struct stat st;

	(void)snprintf(parent, sizeof(parent), "%.*s/",
		       slash ? (int)(slash - folder) : 1,
		       slash ? folder : ".");
	if (stat(parent, &st))
		return true;

	return (st.st_mode & S_IWOTH) ||
	       (st.st_uid && st.st_uid != geteuid() &&
		!(user->changes && st.st_uid == user->uid));
}


/** The folder must be ours alone where anybody may make one */
static int make_folder(const struct place *p, const struct run_as *user)
{
	const bool among = is_among_others(p->folder, user);
	const uid_t own = geteuid();
	struct stat st;
	bool made = !mkdir(p->folder, 0700);

	if (!made && errno != EEXIST)
		return errno;

	if ((among ? lstat(p->folder, &st) : stat(p->folder, &st)) < 0)
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;

	/* another's folder will do only if he is root, as in /run, or if root
	   was told to become him */
	if (st.st_uid != own && st.st_uid != 0 && (own || among) &&
	    !(user->changes && st.st_uid == user->uid))
		return blame_folder(p, EPERM);

	if (made && user->changes && lchown(p->folder, user->uid, user->gid))
		return errno;

	return 0;
}


/** @return 0: nobody serves it; EADDRINUSE somebody does; errno: who knows */
static int ask_server(const struct place *p)
{
	int fd, err = EADDRINUSE;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;

	/* a server that is busy has no room for us: EAGAIN */
	if (connect(fd, (const struct sockaddr *)&p->addr, sizeof(p->addr)) &&
	    errno != EAGAIN)
		err = errno == ECONNREFUSED ? 0 : errno;

	(void)close(fd);

	return err;
}


static int remove_stale(const struct place *p)
{
	const char *path = p->addr.sun_path;
	struct stat st;
	int err;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : errno;
	if (!S_ISSOCK(st.st_mode))
		return blame(p, EEXIST, &st,
			     "something else has that name: set another path");

	err = ask_server(p);
	if (err == EADDRINUSE)
		return blame(p, err, &st, "another parleyd serves it");
	if (!err && unlink(path) && errno != ENOENT)
		err = errno;
	if (err == EACCES || err == EPERM)
		return blame(p, err, &st,
			     "a socket of another user is left there: remove "
			     "it if no parleyd runs, or set another path");

	return err == ENOENT ? 0 : err;
}


static int bind_private(int fd, const struct place *p)
{
	const mode_t mask = umask(0177);
	int err;

	err = bind(fd, (const struct sockaddr *)&p->addr, sizeof(p->addr))
		      ? errno
		      : 0;
	(void)umask(mask);

	if (!err && listen(fd, LISTEN_BACKLOG) < 0) {
		err = errno;
		(void)unlink(p->addr.sun_path);
	}

	return err;
}


static int open_at(int *fdp, const struct place *p)
{
	int fd, err;

	err = remove_stale(p);
	if (err)
		return err;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;

	err = bind_private(fd, p);
	if (err)
		(void)close(fd);
	else
		*fdp = fd;

	return err;
}


int control_socket_open(int *fdp, const struct config *config, char *why,
			size_t size)
{
	const char *path = config->control_socket;
	struct place p = {
		.addr = {.sun_family = AF_UNIX}, .why = why, .why_size = size};
	char *slash;
	int err = 0;

	if (strlen(path) >= sizeof(p.addr.sun_path))
		return ENAMETOOLONG;

	memcpy(p.addr.sun_path, path, strlen(path) + 1);
	memcpy(p.folder, path, strlen(path) + 1);
	slash = strrchr(p.folder, '/');
	if (!slash) {
		(void)snprintf(p.folder, sizeof(p.folder), ".");
	}
	else if (slash == p.folder) {
		slash[1] = '\0';
	}
	else {
		while (slash > p.folder && *slash == '/')
			*slash-- = '\0';
		err = make_folder(&p, &config->user);
	}
	if (!err)
		err = open_at(fdp, &p);
	if (err == EACCES && !*why)
		err = blame_folder(&p, err);

	return err;
}
