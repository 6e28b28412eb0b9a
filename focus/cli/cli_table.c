/**
 * @file focus/cli/cli_table.c  Aligned columns
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include "focus/cli/cli_private.h"
#include "mixer/base/utf8.h"


enum {
	COLUMNS_MAX = 16,
	CELL_BYTES = 256,
	GAP = 2,
	/** A column is not cut to less */
	COLUMN_MIN = 4,
	/** What is cut first is not cut to less first */
	SPARE_MIN = 16
};

struct cell {
	char text[CELL_BYTES];
	int width;
};

struct row {
	struct row *next;
	int count;
	struct cell cell[COLUMNS_MAX];
};

struct cli_table {
	struct row *first, **end;
	struct row *last;
	int width[COLUMNS_MAX];
	int spare;  /**< column that is cut first, -1: none */
	bool moves; /**< the terminal moves its cursor where it is told to */
};


size_t cli_fit(const char *text, int max, int *used)
{
	size_t len = strlen(text), at = 0;

	*used = 0;
	while (at < len) {
		uint32_t code = 0;
		size_t n = utf8_read(&code, text + at, len - at);
		int width = n ? wcwidth((wchar_t)code) : 1;

		if (width < 0)
			width = 1;
		if (*used + width > max)
			break;
		*used += width;
		at += n ? n : 1;
	}

	return at;
}


struct cli_table *cli_table_new(void)
{
	struct cli_table *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->end = &t->first;
	t->spare = -1;

	return t;
}


void cli_table_row(struct cli_table *t)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		abort();

	*t->end = row;
	t->end = &row->next;
	t->last = row;
}


/** A column is as wide as its widest cell */
static void measure(struct cli_table *t, int column)
{
	struct cell *cell = &t->last->cell[column];

	(void)cli_fit(cell->text, CELL_BYTES, &cell->width);
	if (cell->width > t->width[column])
		t->width[column] = cell->width;
}


void cli_table_cell(struct cli_table *t, const char *fmt, ...)
{
	struct row *row = t->last;
	char text[CELL_BYTES];
	struct cell *cell;
	va_list ap;
	size_t len;

	if (!row || row->count == COLUMNS_MAX)
		return;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	cell = &row->cell[row->count];
	len = strlen(utf8_clean(cell->text, CELL_BYTES, text));
	while (len && cell->text[len - 1] == ' ')
		cell->text[--len] = '\0';
	measure(t, row->count++);
}


void cli_table_spare(struct cli_table *t, int column)
{
	t->spare = column;
}


/** Take from the column that is spared least, then from the widest, until a
 *  row fits the terminal; what goes into a file or a pipe stays whole */
static void shrink(struct cli_table *t)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) ||
	    !w.ws_col)
		return;

	for (;;) {
		const bool spare =
			t->spare >= 0 && t->width[t->spare] > SPARE_MIN;
		int total = -GAP, widest = spare ? t->spare : 0;

		for (int i = 0; i < COLUMNS_MAX && t->width[i]; i++) {
			total += t->width[i] + GAP;
			if (!spare && t->width[i] > t->width[widest])
				widest = i;
		}

		if (total <= w.ws_col)
			return;
		if (t->width[widest] <= COLUMN_MIN) {
			/* rows wrap: there is no such column */
			t->moves = false;
			return;
		}
		t->width[widest]--;
	}
}


static bool is_ascii(const char *text)
{
	while (*text && !((unsigned char)*text & 0x80))
		text++;

	return !*text;
}


/** How wide an emoji of two is, or an Arabic name, a terminal decides: what
 *  comes next begins where it says that it is in that column
 *
 *  @param next Column that begins behind it, from 1; 0: none
 */
static void print_cell(const struct cli_table *t, const struct cell *cell,
		       int width, int next)
{
	int used = cell->width;

	if (used <= width) {
		printf("%s", cell->text);
	}
	else {
		size_t n = cli_fit(cell->text, width - 1, &used);

		printf("%.*s\u2026", (int)n, cell->text);
		used++;
	}

	if (!next)
		return;
	printf("%*s", width + GAP - used, "");
	if (t->moves && !is_ascii(cell->text))
		printf("\033[%dG", next);
}


static void print_row(const struct cli_table *t, const struct row *row)
{
	int next = 1;

	for (int i = 0; i < row->count; i++) {
		next += t->width[i] + GAP;
		print_cell(t, &row->cell[i], t->width[i],
			   i + 1 < row->count ? next : 0);
	}
	printf("\n");
}


static bool moves_cursor(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}


void cli_table_print(struct cli_table *t, unsigned rows_max)
{
	unsigned left_out = 0, rows = 0;

	shrink(t);
	t->moves = moves_cursor();
	while (t->first) {
		struct row *row = t->first;

		if (rows_max && rows >= rows_max) {
			left_out++;
		}
		else {
			print_row(t, row);
			rows++;
		}

		t->first = row->next;
		free(row);
	}

	if (left_out)
		printf("and %u more\n", left_out);

	free(t);
}
