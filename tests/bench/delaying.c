/* A loopback proxy that makes a line long and narrow: delaying TARGET_PORT ONE_WAY_MS MBIT_S
 *
 * Every octet arrives ONE_WAY_MS later in each direction; with MBIT_S over 0 each connection and
 * direction lets no more than that through. Prints its own port, and ends when stdin does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 128, PIECE = 1 << 16, MOST_HELD = 16 << 20 };

struct piece {
    struct piece *next;
    double due;
    size_t size, sent;
    char octets[];
};

/* One direction of a connection. */
struct lane {
    int from, to;
    struct piece *first, *last;
    size_t held;
    double busy_until; /* when the last octet that was taken has left */
    int has_ended, is_closed;
};

struct line {
    int is_used;
    struct lane lanes[2];
};

static struct line lines[LINES];
static double delay, octets_a_second;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void prepare(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void open_line(int client, int target)
{
    struct sockaddr_in address = loopback(target);
    int server = socket(AF_INET, SOCK_STREAM, 0), i = 0;
    while (i < LINES && lines[i].is_used)
        i++;
    if (i == LINES || connect(server, (struct sockaddr *)&address, sizeof address) < 0) {
        close(client);
        close(server);
        return;
    }
    prepare(client);
    prepare(server);
    memset(&lines[i], 0, sizeof lines[i]);
    lines[i].is_used = 1;
    lines[i].lanes[0].from = lines[i].lanes[1].to = client;
    lines[i].lanes[1].from = lines[i].lanes[0].to = server;
}

static void take(struct lane *lane)
{
    struct piece *piece = malloc(sizeof *piece + PIECE);
    ssize_t size = read(lane->from, piece->octets, PIECE);
    if (size <= 0) {
        lane->has_ended = size == 0 || errno != EAGAIN;
        free(piece);
        return;
    }
    piece = realloc(piece, sizeof *piece + size);
    double t = now();
    if (lane->busy_until < t)
        lane->busy_until = t;
    if (octets_a_second > 0)
        lane->busy_until += size / octets_a_second;
    piece->due = lane->busy_until + delay;
    piece->size = size;
    piece->sent = 0;
    piece->next = NULL;
    if (lane->last)
        lane->last->next = piece;
    else
        lane->first = piece;
    lane->last = piece;
    lane->held += size;
}

static void drop_first(struct lane *lane)
{
    struct piece *piece = lane->first;
    lane->first = piece->next;
    if (!lane->first)
        lane->last = NULL;
    lane->held -= piece->size;
    free(piece);
}

static void give(struct lane *lane)
{
    double t = now();
    while (lane->first && lane->first->due <= t) {
        struct piece *piece = lane->first;
        ssize_t size = write(lane->to, piece->octets + piece->sent, piece->size - piece->sent);
        if (size < 0 && errno == EAGAIN)
            return;
        if (size < 0) {
            lane->has_ended = 1;
            while (lane->first)
                drop_first(lane);
            return;
        }
        piece->sent += size;
        if (piece->sent == piece->size)
            drop_first(lane);
    }
}

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    int target = atoi(words[1]);
    delay = atof(words[2]) / 1000;
    octets_a_second = atof(words[3]) * 1e6 / 8;
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 128))
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd polled[2 + LINES * 4] = {{0, POLLIN, 0}, {listener, POLLIN, 0}};
        struct lane *readers[2 + LINES * 4] = {0};
        int places = 2;
        double t = now(), next = t + 3600;
        for (int i = 0; i < LINES * 2; i++) {
            struct lane *lane = &lines[i / 2].lanes[i % 2];
            if (!lines[i / 2].is_used)
                continue;
            if (!lane->has_ended && lane->held < MOST_HELD) {
                readers[places] = lane;
                polled[places++] = (struct pollfd){lane->from, POLLIN, 0};
            }
            if (lane->first && lane->first->due <= t)
                polled[places++] = (struct pollfd){lane->to, POLLOUT, 0};
            else if (lane->first && lane->first->due < next)
                next = lane->first->due;
        }
        struct timespec pause = {(time_t)(next - t), 0};
        pause.tv_nsec = (long)((next - t - pause.tv_sec) * 1e9);
        ppoll(polled, places, &pause, NULL);
        if (polled[0].revents) {
            char octet;
            if (read(0, &octet, 1) <= 0)
                return 0;
        }
        for (int i = 2; i < places; i++)
            if (readers[i] && polled[i].revents)
                take(readers[i]);
        if (polled[1].revents & POLLIN)
            open_line(accept(listener, NULL, NULL), target);
        for (int i = 0; i < LINES; i++) {
            int closed = 0;
            for (int k = 0; k < 2 && lines[i].is_used; k++) {
                struct lane *lane = &lines[i].lanes[k];
                give(lane);
                if (lane->has_ended && !lane->first && !lane->is_closed) {
                    shutdown(lane->to, SHUT_WR);
                    lane->is_closed = 1;
                }
                closed += lane->is_closed;
            }
            if (closed == 2) {
                close(lines[i].lanes[0].from);
                close(lines[i].lanes[1].from);
                lines[i].is_used = 0;
            }
        }
    }
}
