/* The least a CGI program can do: the floor that the start-up time of another one is measured from. */
#include <unistd.h>

int main(void) {
    static const char answer[] = "Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world\n";
    return write(1, answer, sizeof answer - 1) < 0;
}
