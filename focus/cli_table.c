/**
 * @file focus/cli_table.c  Aligned columns
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "focus/cli.h"
#include "focus/text.h"


enum {
	COLUMNS_MAX = 16,
	CELL_BYTES = 256,
	GAP = 2
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
};


/** Places on the screen; wide characters take two, marks none */
static int places(const char *text)
{
	size_t len = strlen(text);
	int sum	   = 0;

	while (len) {
		uint32_t code = 0;
		size_t n      = text_decode(&code, text, len);
		int width     = n ? wcwidth((wchar_t)code) : 1;

		sum += width >= 0 ? width : 1;
		text += n ? n : 1;
		len -= n ? n : 1;
	}

	return sum;
}


struct cli_table *cli_table_new(void)
{
	struct cli_table *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->end = &t->first;

	return t;
}


void cli_table_row(struct cli_table *t)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		abort();

	*t->end = row;
	t->end	= &row->next;
	t->last = row;
}


void cli_table_cell(struct cli_table *t, const char *fmt, ...)
{
	struct row *row = t->last;
	char text[CELL_BYTES];
	struct cell *cell;
	va_list ap;

	if (!row || row->count == COLUMNS_MAX)
		return;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	cell	    = &row->cell[row->count];
	cell->width = places(text_clean(cell->text, CELL_BYTES, text));
	if (cell->width > t->width[row->count])
		t->width[row->count] = cell->width;
	row->count++;
}


void cli_table_print(struct cli_table *t)
{
	while (t->first) {
		struct row *row = t->first;

		for (int i = 0; i < row->count; i++) {
			bool last = i + 1 == row->count;

			printf("%s%*s", row->cell[i].text,
			       last ? 0
				    : t->width[i] + GAP - row->cell[i].width,
			       "");
		}
		printf("\n");

		t->first = row->next;
		free(row);
	}

	free(t);
}
