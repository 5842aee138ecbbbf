package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// The vectors of Surehook (test/vectors/signatures.json), for which VECTORS is the path.
func TestVectors(t *testing.T) {
	path := os.Getenv("VECTORS")
	if path == "" {
		t.Skip("VECTORS names no file")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		ID, Scheme, Secret, PublicKey, RawBodyBase64 string
		Headers                                      map[string]string
		AdditionalSecrets                            []string
		Now                                          int64
		Valid                                        bool
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	judged := 0
	for _, vector := range vectors {
		isEdwards := strings.HasPrefix(vector.Secret, "whsk_") || vector.PublicKey != "" || strings.HasPrefix(vector.Secret, "whpk_")
		if vector.Scheme != "standard-webhooks" || isEdwards {
			continue
		}
		var keys [][]byte
		for _, secret := range append([]string{vector.Secret}, vector.AdditionalSecrets...) {
			key, err := KeyOf(secret)
			if err != nil {
				t.Fatal(vector.ID, err)
			}
			keys = append(keys, key)
		}
		header := http.Header{}
		for name, value := range vector.Headers {
			header.Set(name, value)
		}
		body, err := base64.StdEncoding.DecodeString(vector.RawBodyBase64)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Verify(header, body, keys, vector.Now)
		if (err == nil) != vector.Valid {
			t.Errorf("%s: %v", vector.ID, err)
		}
		judged++
	}
	if judged < 30 {
		t.Fatalf("only %d vectors were judged", judged)
	}
}
