/**
 * @file focus/config/config_secret.c  Secrets that stand in files of their own
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/config/config_secret.h"
#include "mixer/base/re.h"


int config_secret_read(char **secretp, const char *path)
{
	char line[CONFIG_SECRET_MAX + 2];
	struct stat st;
	ssize_t n = -1;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode))
		n = read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return ENOENT;

	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line || strlen(line) > CONFIG_SECRET_MAX)
		err = EMSGSIZE;
	else
		err = str_dup(secretp, line);
	explicit_bzero(line, sizeof(line));

	return err;
}


void config_secret_wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
}
