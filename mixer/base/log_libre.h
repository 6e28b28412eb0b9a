/**
 * @file mixer/base/log_libre.h  What libre says, through log.h; and its timer
 * for what log.h holds back
 *
 * libre prints coloured lines on stderr, some of them about what a peer sent
 * (a TLS handshake that failed). Escaped and on one line each, and as few as
 * those of any place of ours: a peer must not fill the log.
 */
#ifndef PARLEY_MIXER_BASE_LOG_LIBRE_H
#define PARLEY_MIXER_BASE_LOG_LIBRE_H

/** From now on. Its warnings keep their level, all else is for debugging; and
 *  as long as the loop runs what was held back is told each LOG_INTERVAL_MS.
 *  Call once, after libre_init(), before other threads start */
void log_libre_start(void);

/** The loop has ended: tell what is still held back. Before libre_close() */
void log_libre_stop(void);

#endif
