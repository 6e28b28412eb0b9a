/**
 * @file signaling/http/http_parser.c  Head of an HTTP/1.1 request
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "signaling/http/http_parser.h"


static const char *const methods[] = {"GET",    "HEAD",  "POST",   "PUT",
				      "DELETE", "PATCH", "OPTIONS"};


static bool is_token_char(char c)
{
	return isalnum((unsigned char)c) ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}


static bool is_token(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		if (!is_token_char(s[i]))
			return false;
	}

	return i > 0;
}


static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/** Undo %XX in place; false for a bad escape or a control byte */
static bool decode_path(char *path)
{
	char *to = path;

	for (; *path; path++) {
		int c = (unsigned char)*path;

		if (c == '%') {
			int high = hex(path[1]);
			int low = high < 0 ? -1 : hex(path[2]);

			if (low < 0)
				return false;
			c = high << 4 | low;
			path += 2;
		}
		if (c < 0x20 || c == 0x7f || c == '\\')
			return false;
		*to++ = (char)c;
	}
	*to = '\0';

	return true;
}


/** No "." or ".." segment: nobody may climb out of a folder */
static bool is_below_root(const char *path)
{
	const char *p = path;

	if (*p != '/')
		return false;

	while (p) {
		size_t n = strcspn(++p, "/");

		if ((n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p = p[n] ? p + n : NULL;
	}

	return true;
}


/** origin-form, or absolute-form as a proxy sends it (section 3.2) */
static unsigned parse_target(struct http_head *h, char *target)
{
	const char *c;
	char *query;

	if (strlen(target) > HTTP_TARGET_MAX)
		return 414;

	if (!strncasecmp(target, "http://", 7) ||
	    !strncasecmp(target, "https://", 8)) {
		target = strchr(strstr(target, "//") + 2, '/');
		if (!target)
			return 400;
	}

	target[strcspn(target, "#")] = '\0';
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	h->query = query ? query : "";
	h->path = target;
	for (c = h->query; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return 400;
	}

	return decode_path(target) && is_below_root(target) ? 0 : 400;
}


static unsigned parse_request_line(struct http_head *h, char *line)
{
	char *target = strchr(line, ' '), *version;
	size_t i;

	if (!target)
		return 400;
	*target++ = '\0';
	h->method = line;
	version = strchr(target, ' ');
	if (!version || !is_token(line))
		return 400;
	*version++ = '\0';

	if (strncmp(version, "HTTP/", 5) != 0 || strlen(version) != 8 ||
	    !isdigit((unsigned char)version[5]) || version[6] != '.' ||
	    !isdigit((unsigned char)version[7]))
		return 400;
	if (version[5] != '1')
		return 505;
	h->minor1 = version[7] != '0';
	h->keep_alive = h->minor1;

	for (i = 0; i < ARRAY_SIZE(methods); i++) {
		if (!strcmp(line, methods[i]))
			return parse_target(h, target);
	}

	return 501;
}


static unsigned parse_header(struct http_head *h, char *line)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (!colon)
		return 400;
	*colon = '\0';
	if (!is_token(line))
		return 400;

	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	for (end = value; *end; end++) {
		if ((unsigned char)*end < 0x20 && *end != '\t')
			return 400;
	}

	if (h->count == HTTP_HEADERS_MAX)
		return 431;
	h->headers[h->count].name = line;
	h->headers[h->count].value = value;
	++h->count;

	return 0;
}


const char *http_head_find(const struct http_head *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		if (!strcasecmp(h->headers[i].name, name))
			return h->headers[i].value;
	}

	return NULL;
}


bool http_head_has_token(const char *value, const char *token)
{
	size_t n = strlen(token);

	while (value && *value) {
		value += strspn(value, " \t,");
		if (!strncasecmp(value, token, n) &&
		    (!value[n] || strchr(" \t,;", value[n])))
			return true;
		value += strcspn(value, ",");
	}

	return false;
}


static size_t count_of(const struct http_head *h, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < h->count; i++)
		n += !strcasecmp(h->headers[i].name, name);

	return n;
}


/** Message body length (RFC 9112 section 6.3) */
static unsigned parse_length(struct http_head *h)
{
	const char *length = http_head_find(h, "Content-Length");
	const char *coding = http_head_find(h, "Transfer-Encoding");
	size_t n = 0;

	if (coding && length)
		return 400;
	if (coding)
		return strcasecmp(coding, "chunked") ? 501 : 411;
	if (!length)
		return 0;
	if (count_of(h, "Content-Length") > 1 || !*length)
		return 400;

	for (; *length; length++) {
		if (!isdigit((unsigned char)*length))
			return 400;
		n = n * 10 + (size_t)(*length - '0');
		if (n > HTTP_BODY_MAX)
			return 413;
	}
	h->body_bytes = n;

	return 0;
}


static unsigned parse_options(struct http_head *h)
{
	const char *connection = http_head_find(h, "Connection");
	const char *expect = http_head_find(h, "Expect");

	/* Of two sites one would be judged and the other meant */
	if (count_of(h, "Origin") > 1)
		return 400;
	/* Exactly one Host in HTTP/1.1 (RFC 9112 section 3.2). */
	if (count_of(h, "Host") > 1 || (h->minor1 && !count_of(h, "Host")))
		return 400;

	if (http_head_has_token(connection, "close"))
		h->keep_alive = false;
	else if (http_head_has_token(connection, "keep-alive"))
		h->keep_alive = true;
	h->expect_continue = http_head_has_token(expect, "100-continue");

	return parse_length(h);
}


unsigned http_head_parse(struct http_head *h, const char *p, size_t len)
{
	char *line, *next;
	unsigned status;

	memset(h, 0, offsetof(struct http_head, headers));
	h->method = h->path = h->query = "";
	if (len > HTTP_HEAD_MAX)
		return 431;
	if (memchr(p, '\0', len))
		return 400;

	memcpy(h->text, p, len);
	h->text[len] = '\0';

	next = strstr(h->text, "\r\n");
	if (!next)
		return 400;
	*next = '\0';
	status = parse_request_line(h, h->text);

	for (line = next + 2; !status; line = next + 2) {
		next = strstr(line, "\r\n");
		if (!next)
			return 400;
		if (next == line)
			return parse_options(h);
		*next = '\0';
		status = parse_header(h, line);
	}

	return status;
}


const char *http_reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} rows[] = {
		{100, "Continue"},
		{101, "Switching Protocols"},
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Content"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].status == status)
			return rows[i].reason;
	}

	return "Unknown";
}
