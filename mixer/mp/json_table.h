/**
 * @file mixer/mp/json_table.h  JSON objects and C structs by one table
 *
 * A table has one row a member: its name, its type, where it lies in the
 * struct, what it may be. The same table writes the object and reads it.
 * Reading is strict: a member of another type or out of its range is an
 * error that says which and why. Members that no row names are ignored, those
 * that are absent take their row's fallback. Texts are visible ASCII without
 * spaces, because they come from other hosts' SDP and go into ours. Pure; any
 * thread.
 */
#ifndef PARLEY_MIXER_MP_JSON_TABLE_H
#define PARLEY_MIXER_MP_JSON_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

enum {
	/** Room for the reason of an error */
	DESCRIPTION_WHY_BYTES = 160,
};

enum json_row_type {
	JSON_ROW_BOOL,    /**< bool */
	JSON_ROW_NUMBER,  /**< an integer of `size` bytes */
	JSON_ROW_TEXT,    /**< char[size] */
	JSON_ROW_WORD,    /**< an enum, one of `words` */
	JSON_ROW_ADDRESS, /**< struct sa: "192.0.2.1:5004" */
	JSON_ROW_HOST,    /**< struct sa: its address */
	JSON_ROW_PORT,    /**< struct sa: its port; after the HOST */
	JSON_ROW_BITS,    /**< uint16_t: [0,2] are the bits 0 and 2 */
	JSON_ROW_OBJECT,  /**< an object whose members lie in this struct */
	JSON_ROW_LIST,    /**< an array of structs of `size` bytes */
	JSON_ROW_NUMBERS, /**< an array of uint32_t */
};

enum {
	JSON_ROW_REQUIRED = 1, /**< absent is an error; so is empty text */
	JSON_ROW_SPARE = 2,    /**< what is the fallback is not written */
	JSON_ROW_UNICAST = 4,  /**< ADDRESS, HOST: not of a group */
};

struct json_row {
	const char *name; /**< NULL ends a table */
	size_t offset, size;
	int64_t min, max;         /**< NUMBER; LIST, NUMBERS: most elements
				       that are kept, others are left out */
	int64_t fallback;         /**< NUMBER */
	const char *characters;   /**< TEXT: of these only; NULL: any */
	const char *const *words; /**< by value; "" has no word; NULL ends */
	const struct json_row *rows;     /**< OBJECT, LIST */
	size_t count_offset;             /**< LIST, NUMBERS: a size_t */
	bool (*written)(const void *of); /**< NULL: always; of: the struct */
	enum json_row_type type;
	unsigned flags; /**< JSON_ROW_* */
};

/**
 * Read an object
 *
 * @param of  The struct; zeroed before by the caller
 * @param why Set to the reason on error
 * @return 0 or EINVAL
 */
int json_table_read(const struct json_row *rows, void *of, const json_t *o,
		    char why[DESCRIPTION_WHY_BYTES]);

/** Write a struct's members into an object. @return 0 or ENOMEM */
int json_table_write(const struct json_row *rows, const void *of, json_t *o);

/** Set `why`. @return EINVAL */
int json_table_refuse(char why[DESCRIPTION_WHY_BYTES], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One optional member, for what has no table. The value is left alone when
 * the member is absent. @return 0 or EINVAL with the reason in `why` */
int description_bool(const json_t *o, const char *key, bool *v, char *why);
int description_number(const json_t *o, const char *key, int64_t min,
		       int64_t max, int64_t *v, char *why);
int description_string(const json_t *o, const char *key, char *dst,
		       size_t size, char *why);

#endif
