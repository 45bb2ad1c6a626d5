// The same downloads with Go's standard library, over the protocol of the first argument (http or fastcgi), on the Unix socket of
// the second.
package main

import (
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"os"
	"strconv"
)

var piece = make([]byte, 65536)
var row = []byte("0000001,customer-000001,0000.01\n")

func serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	n, err := strconv.ParseInt(query.Get("n"), 10, 64)
	header := w.Header()
	header.Set("Content-Disposition", "attachment; filename=\"bench\"")
	header.Set("X-Accel-Buffering", "no")
	switch {
	case r.URL.Path == "/bench/hello":
		header.Set("Content-Type", "text/plain")
		header.Set("Content-Length", "13")
		for _, part := range []string{"Hello, ", "world", "\n"} {
			w.Write([]byte(part))
		}
	case r.URL.Path == "/bench/gen" && err == nil:
		header.Set("Content-Type", "application/octet-stream")
		if query.Get("size") == "1" {
			header.Set("Content-Length", strconv.FormatInt(n, 10))
		}
		for n > 0 {
			take := int64(len(piece))
			if n < take {
				take = n
			}
			if _, err := w.Write(piece[:take]); err != nil {
				return
			}
			n -= take
		}
	case r.URL.Path == "/bench/rows" && err == nil:
		header.Set("Content-Type", "text/csv")
		for ; n > 0; n-- {
			if _, err := w.Write(row); err != nil {
				return
			}
		}
	default:
		http.NotFound(w, r)
	}
}

func main() {
	listener, err := net.Listen("unix", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "fastcgi" {
		log.Fatal(fcgi.Serve(listener, http.HandlerFunc(serve)))
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(serve)))
}
