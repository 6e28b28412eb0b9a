/**
 * @file focus/parleyd/check_holder.c  Who has bound an address (proc(5))
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/parleyd/parleyd_private.h"


enum {
	LINE_BYTES = 512,
	TCP_LISTENS = 0x0a, /**< of the column "st" */
};


/** "0100007F:13C4", as the kernel prints words of its own byte order */
static bool read_address(struct sa *sa, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t words = colon ? (size_t)(colon - text) / 8 : 0;
	uint8_t bytes[16];
	unsigned port;

	if ((words != 1 && words != 4) || sscanf(colon + 1, "%4x", &port) != 1)
		return false;

	for (size_t i = 0; i < words; i++) {
		uint32_t word;

		if (sscanf(text + 8 * i, "%8" SCNx32, &word) != 1)
			return false;
		memcpy(bytes + 4 * i, &word, sizeof(word));
	}

	if (words == 4) {
		sa_set_in6(sa, bytes, (uint16_t)port);
	}
	else {
		uint32_t word;

		memcpy(&word, bytes, sizeof(word));
		sa_set_in(sa, ntohl(word), (uint16_t)port);
	}

	return true;
}


/** A socket for all addresses is in the way of one for any of them */
static bool is_in_the_way(const struct sa *there, const struct sa *sa)
{
	if (sa_port(there) != sa_port(sa))
		return false;

	if (sa_af(there) != sa_af(sa))
		return sa_af(there) == AF_INET6 && sa_is_any(there);

	return sa_is_any(there) || sa_is_any(sa) || sa_cmp(there, sa, SA_ADDR);
}


/** @return The socket's inode, 0: none */
static unsigned long find_inode(const char *table, bool udp,
				const struct sa *sa)
{
	FILE *f = fopen(table, "re");
	unsigned long found = 0;
	char line[LINE_BYTES];

	while (f && !found && fgets(line, sizeof(line), f)) {
		char local[48];
		unsigned long inode;
		unsigned state;
		struct sa there;

		if (sscanf(line,
			   " %*[0-9]: %47s %*s %x %*s %*s %*s %*s %*s %lu",
			   local, &state, &inode) == 3 &&
		    (udp || state == TCP_LISTENS) &&
		    read_address(&there, local) && is_in_the_way(&there, sa))
			found = inode;
	}
	if (f)
		(void)fclose(f);

	return found;
}


static bool has_socket(const char *pid, unsigned long inode)
{
	char path[300], link[64], wanted[64];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	(void)snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, link,
				       sizeof(link) - 1);

		link[n > 0 ? n : 0] = '\0';
		found = !strcmp(link, wanted);
	}
	if (dir)
		(void)closedir(dir);

	return found;
}


static void read_process(struct check_holder *h, const char *pid)
{
	char path[300], line[LINE_BYTES] = "";
	const char *open, *close;
	FILE *f;
	int parent;

	h->pid = (pid_t)strtol(pid, NULL, 10);
	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		(void)fclose(f);

	/* "PID (NAME) STATE PARENT": the name may have brackets, too */
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (!open || !close || close < open)
		return;

	(void)snprintf(h->name, sizeof(h->name), "%.*s",
		       (int)(close - open - 1), open + 1);
	if (sscanf(close + 1, " %*c %d", &parent) == 1)
		h->parent = parent;
}


bool check_holder_find(struct check_holder *h, bool udp, const struct sa *sa)
{
	static const char *const tables[2][2] = {
		{"/proc/net/tcp", "/proc/net/tcp6"},
		{"/proc/net/udp", "/proc/net/udp6"}};
	unsigned long inode = 0;
	struct dirent *e;
	DIR *proc;

	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < 2 && !inode; i++)
		inode = find_inode(tables[udp][i], udp, sa);
	if (!inode)
		return false;

	proc = opendir("/proc");
	while (proc && !h->pid && (e = readdir(proc))) {
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    has_socket(e->d_name, inode))
			read_process(h, e->d_name);
	}
	if (proc)
		(void)closedir(proc);

	return true;
}
