/**
 * @file focus/config/config_secret.h  Secrets that stand in files of their own
 */
#ifndef PARLEY_FOCUS_CONFIG_CONFIG_SECRET_H
#define PARLEY_FOCUS_CONFIG_CONFIG_SECRET_H

enum {
	/** Bytes of a password or secret */
	CONFIG_SECRET_MAX = 256,
};

/**
 * The first line of a file, without its end; pipes and devices are no files
 *
 * @param secretp Set to the line; mem_deref() it after config_secret_wipe()
 * @return 0; ENOENT it cannot be read; EMSGSIZE its first line is empty or
 *         too long; ENOMEM
 */
int config_secret_read(char **secretp, const char *path);

/** Overwrite it. @param secret NULL: nothing */
void config_secret_wipe(char *secret);

#endif
