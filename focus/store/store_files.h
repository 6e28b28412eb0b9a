/**
 * @file focus/store/store_files.h  What stands at the store's paths
 */
#ifndef PARLEY_FOCUS_STORE_STORE_FILES_H
#define PARLEY_FOCUS_STORE_STORE_FILES_H

/**
 * Look at the database and its side files before SQLite writes to them: each
 * is a plain file or none, and when we are root it has one name, since another
 * may have planted his name for a file of root's
 *
 * @return 0; ELOOP one of them is something else; other errno
 */
int store_files_check(const char *path);

#endif
