// A complete receiver of order webhooks: Go 1.22 or later, nothing but its standard library.
//
//	WEBHOOK_SECRET=whsec_… go run .
//
// A webhook is verified on its raw bytes, written to a journal on disk, and only then acknowledged. A worker takes it from there. An
// event that comes twice is stored once, an order is delivered once, and an order whose webhook never came is asked for.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	toleranceS    = 300
	bodyBytesMax  = 1 << 20
	signaturesMax = 10
)

// KeyOf answers the bytes that a secret means: base64, with or without whsec_ before it.
func KeyOf(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, errors.New("WEBHOOK_SECRET must be base64, with or without whsec_ before it")
	}
	return key, nil
}

var digits = regexp.MustCompile(`^[0-9]{1,12}$`)

// Verify answers the event's id, if the request was signed with one of the keys and recently (Standard Webhooks).
func Verify(header http.Header, body []byte, keys [][]byte, nowS int64) (string, error) {
	var found [3]string
	for i, name := range []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
		values := header.Values(name)
		if len(values) != 1 || values[0] == "" {
			return "", fmt.Errorf("%s must be there once", name)
		}
		found[i] = values[0]
	}
	id, timestamp, listed := found[0], found[1], found[2]
	if !digits.MatchString(timestamp) {
		return "", errors.New("the timestamp is no number")
	}
	atS, _ := strconv.ParseInt(timestamp, 10, 64)
	if nowS-atS > toleranceS || atS-nowS > toleranceS {
		return "", errors.New("signed too long ago, or the clocks differ")
	}
	entries := strings.Split(listed, " ")
	if len(entries) > signaturesMax {
		return "", errors.New("too many signatures")
	}
	fits := false
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		wanted := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		// Each with each, in constant time.
		for _, entry := range entries {
			if hmac.Equal([]byte(entry), wanted) {
				fits = true
			}
		}
	}
	if !fits {
		return "", errors.New("no signature fits: another secret, or a body that is not what was sent")
	}
	return id, nil
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func receive(shop *Shop, keys [][]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
		if err != nil {
			answer(w, http.StatusRequestEntityTooLarge, map[string]any{"title": "The body is too large."})
			return
		}
		id, err := Verify(r.Header, body, keys, time.Now().Unix())
		if err != nil {
			log.Printf("refused: %v", err)
			answer(w, http.StatusUnauthorized, map[string]any{"title": "The request is not believed."})
			return
		}
		var envelope struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(body, &envelope) != nil || envelope.Type == "" {
			answer(w, http.StatusUnprocessableEntity, map[string]any{"title": "The body is no event."})
			return
		}
		isNew, err := shop.Store(Event{ID: id, Type: envelope.Type, Body: body})
		if err != nil {
			log.Printf("not stored: %v", err)
			w.Header().Set("retry-after", "5")
			answer(w, http.StatusServiceUnavailable, map[string]any{"title": "Try again later."})
			return
		}
		answer(w, http.StatusOK, map[string]any{"received": true, "duplicate": !isNew})
	}
}

// poll asks for orders whose webhook never came. An answer goes through the same door: if both come, the second changes nothing.
func poll(shop *Shop, supplier string, after time.Duration) {
	client := http.Client{Timeout: 10 * time.Second}
	for _, reference := range shop.Overdue(after) {
		response, err := client.Get(supplier + "/orders/" + url.PathEscape(reference))
		if err != nil {
			log.Printf("polling: %v", err)
			return
		}
		var said struct {
			Status string `json:"status"`
		}
		err = json.NewDecoder(io.LimitReader(response.Body, bodyBytesMax)).Decode(&said)
		response.Body.Close()
		if err != nil || (said.Status != "fulfilled" && said.Status != "failed") {
			continue
		}
		body, _ := json.Marshal(map[string]any{"data": map[string]string{"reference": reference}})
		id := "poll:" + reference + ":" + said.Status
		if _, err := shop.Store(Event{ID: id, Type: "order." + said.Status, Body: body}); err != nil {
			log.Printf("polling: %v", err)
		}
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func milliseconds(name string) time.Duration {
	number, err := strconv.Atoi(setting(name, "300000"))
	if err != nil || number < 1 {
		log.Fatalf("%s must be a number of milliseconds", name)
	}
	return time.Duration(number) * time.Millisecond
}

func main() {
	// Several, newest first, separated by spaces.
	var keys [][]byte
	for _, secret := range strings.Fields(os.Getenv("WEBHOOK_SECRET")) {
		key, err := KeyOf(secret)
		if err != nil {
			log.Fatal(err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		log.Fatal("set WEBHOOK_SECRET to the endpoint's secret (whsec_…)")
	}
	shop, err := OpenShop(setting("DATABASE", "orders.journal"))
	if err != nil {
		log.Fatal(err)
	}
	go shop.Work()
	// It answers GET /orders/REFERENCE with {"status":"pending"|"fulfilled"|"failed"}.
	if supplier := os.Getenv("SUPPLIER_URL"); supplier != "" {
		after := milliseconds("POLL_AFTER_MS")
		every := time.NewTicker(milliseconds("POLL_EVERY_MS"))
		go func() {
			for range every.C {
				poll(shop, supplier, after)
			}
		}()
	}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks", receive(shop, keys))
	// For looking at; not for the internet.
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, shop.List()) })
	listener, err := net.Listen("tcp", "127.0.0.1:"+setting("PORT", "3000"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	server := http.Server{Handler: mux, ReadTimeout: 30 * time.Second}
	log.Fatal(server.Serve(listener))
}
