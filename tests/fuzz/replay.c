/**
 * @file replay.c  Runs a fuzz target over its corpus without libFuzzer
 *
 * Every test run replays what fuzzing found, and every seed, under the
 * sanitizers. Arguments are files or folders.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static unsigned replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *buf;
	struct stat st;
	size_t n;

	if (!f || fstat(fileno(f), &st)) {
		perror(path);
		exit(EXIT_FAILURE);
	}

	/* exactly as large as the input: one byte over is a report */
	buf = malloc(st.st_size ? (size_t)st.st_size : 1);
	n = buf ? fread(buf, 1, (size_t)st.st_size, f) : 0;
	fclose(f);
	LLVMFuzzerTestOneInput(buf, n);
	free(buf);

	return 1;
}


static unsigned replay_path(const char *path)
{
	struct dirent *de;
	unsigned n = 0;
	DIR *dir = opendir(path);

	if (!dir)
		return replay_file(path);

	while ((de = readdir(dir))) {
		char name[4096];

		if (de->d_name[0] == '.')
			continue;

		snprintf(name, sizeof(name), "%s/%s", path, de->d_name);
		n += replay_file(name);
	}

	closedir(dir);

	return n;
}


int main(int argc, char *argv[])
{
	unsigned n = 0;

	for (int i = 1; i < argc; i++)
		n += replay_path(argv[i]);

	printf("%u inputs replayed\n", n);

	return n ? EXIT_SUCCESS : EXIT_FAILURE;
}
