package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// waitingMax is how many events may wait for the worker; one more and the sender is told to try again later.
	waitingMax = 100_000
	// batchMax is how many lines share one fsync.
	batchMax = 256
	// rememberFor is longer than any sender tries again.
	rememberFor = 35 * 24 * time.Hour
	overdueMax  = 50
	triesMax    = 10
)

// Event is what came, with its body as it came.
type Event struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Body []byte `json:"body,omitempty"`
	AtMs int64  `json:"at"`
}

// Order is what became of an order.
type Order struct {
	Reference  string `json:"reference"`
	State      string `json:"state"`
	SinceMs    int64  `json:"since"`
	Deliveries int    `json:"deliveries"`
}

// line is one line of the journal: an event that came, or one that is done together with what it did. A line is there whole or not at all,
// so a crash leaves an event either done or waiting.
type line struct {
	Event *Event `json:"event,omitempty"`
	Done  string `json:"done,omitempty"`
	Order *Order `json:"order,omitempty"`
}

// Shop is the queue and the orders: a journal on disk, and what it says in memory.
type Shop struct {
	mutex   sync.Mutex
	known   map[string]*entry
	orders  map[string]Order
	waiting []Event
	arrived chan struct{}
	writes  chan write
}

// entry is an event that was seen; stored is closed when it is on disk, or err says why not.
type entry struct {
	atMs   int64
	stored chan struct{}
	err    error
}

type write struct {
	text []byte
	done chan error
}

// OpenShop reads the journal, or makes a new one.
func OpenShop(path string) (*Shop, error) {
	shop := &Shop{
		known: map[string]*entry{}, orders: map[string]Order{},
		arrived: make(chan struct{}, 1), writes: make(chan write, batchMax),
	}
	if err := shop.read(path); err != nil {
		return nil, err
	}
	file, err := shop.rewrite(path)
	if err != nil {
		return nil, err
	}
	go commit(file, shop.writes)
	return shop, nil
}

// read takes in whole lines. What follows the last one was never acknowledged.
func (s *Shop) read(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	open := map[string]Event{}
	var order []string
	oldest := time.Now().Add(-rememberFor).UnixMilli()
	for {
		text, err := reader.ReadBytes('\n')
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		var said line
		if err := json.Unmarshal(text, &said); err != nil {
			return err
		}
		if said.Event != nil {
			stored := make(chan struct{})
			close(stored)
			if said.Event.AtMs > oldest {
				s.known[said.Event.ID] = &entry{atMs: said.Event.AtMs, stored: stored}
			}
			open[said.Event.ID] = *said.Event
			order = append(order, said.Event.ID)
		}
		if said.Done != "" {
			delete(open, said.Done)
		}
		if said.Order != nil {
			s.orders[said.Order.Reference] = *said.Order
		}
	}
	for _, id := range order {
		if event, isOpen := open[id]; isOpen {
			s.waiting = append(s.waiting, event)
		}
	}
	return nil
}

// rewrite puts what still matters into a new journal in the place of the old one, so that it does not grow for ever.
func (s *Shop) rewrite(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	writer := bufio.NewWriter(file)
	lines := json.NewEncoder(writer)
	for id, known := range s.known {
		_ = lines.Encode(line{Event: &Event{ID: id, AtMs: known.atMs}, Done: id})
	}
	for _, order := range s.orders {
		_ = lines.Encode(line{Order: &order})
	}
	// After the others: an event that waits is not done.
	for _, event := range s.waiting {
		_ = lines.Encode(line{Event: &event})
	}
	// What went wrong with a line is what Flush answers, too.
	if err := errors.Join(writer.Flush(), file.Sync()); err != nil {
		return nil, err
	}
	return file, os.Rename(path+".new", path)
}

// commit writes what came together with one fsync. A journal that could not be written is not to be trusted further.
func commit(file *os.File, writes chan write) {
	for first := range writes {
		batch := []write{first}
		for len(batch) < batchMax && len(writes) > 0 {
			batch = append(batch, <-writes)
		}
		var text []byte
		for _, each := range batch {
			text = append(text, each.text...)
		}
		_, err := file.Write(text)
		if err == nil {
			err = file.Sync()
		}
		if err != nil {
			log.Fatalf("the journal can't be written: %v", err)
		}
		for _, each := range batch {
			each.done <- nil
		}
	}
}

func (s *Shop) append(said line) error {
	text, err := json.Marshal(said)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	s.writes <- write{append(text, '\n'), done}
	return <-done
}

// Store puts an event on disk. False: it was there before, and nothing has changed.
func (s *Shop) Store(event Event) (bool, error) {
	event.AtMs = time.Now().UnixMilli()
	s.mutex.Lock()
	if known, isKnown := s.known[event.ID]; isKnown {
		s.mutex.Unlock()
		// The first of the two may still be on its way to the disk.
		<-known.stored
		return false, known.err
	}
	if len(s.waiting) >= waitingMax {
		s.mutex.Unlock()
		return false, errors.New("too many events are waiting")
	}
	mine := &entry{atMs: event.AtMs, stored: make(chan struct{})}
	s.known[event.ID] = mine
	s.mutex.Unlock()

	mine.err = s.append(line{Event: &event})
	s.mutex.Lock()
	if mine.err == nil {
		s.waiting = append(s.waiting, event)
	} else {
		delete(s.known, event.ID)
	}
	s.mutex.Unlock()
	close(mine.stored)
	s.wake()
	return true, mine.err
}

func (s *Shop) wake() {
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

// Work handles events one after another, for ever.
func (s *Shop) Work() {
	for {
		s.mutex.Lock()
		var event *Event
		if len(s.waiting) > 0 {
			event = &s.waiting[0]
		}
		s.mutex.Unlock()
		if event == nil {
			<-s.arrived
			continue
		}
		done := line{Done: event.ID, Order: s.tried(*event)}
		if err := s.append(done); err != nil {
			log.Fatalf("%s: %v", event.ID, err)
		}
		s.mutex.Lock()
		if done.Order != nil {
			s.orders[done.Order.Reference] = *done.Order
		}
		s.waiting = s.waiting[1:]
		s.mutex.Unlock()
	}
}

// tried handles an event, and tries again what fails, a few times.
func (s *Shop) tried(event Event) *Order {
	for try := 1; ; try++ {
		order, err := s.handle(event)
		if err == nil {
			return order
		}
		log.Printf("%s failed (%d of %d): %v", event.ID, try, triesMax, err)
		if try == triesMax {
			return nil
		}
		time.Sleep(time.Second << (try - 1))
	}
}

// mayFollow says what an order may become; webhooks may come in any order, and a final state never goes back.
var mayFollow = map[string]string{"pending": "", "fulfilled": "pending", "failed": "pending", "refunded": "pending fulfilled"}

// handle is your business: what it answers is written in one line with the event being done. Nil: nothing changes.
func (s *Shop) handle(event Event) (*Order, error) {
	state := strings.TrimPrefix(event.Type, "order.")
	if event.Type == "order.created" {
		state = "pending"
	}
	var body struct {
		Data struct {
			Reference string `json:"reference"`
		} `json:"data"`
	}
	// Data of another shape is not about an order.
	_ = json.Unmarshal(event.Body, &body)
	after, isState := mayFollow[state]
	reference := body.Data.Reference
	if !isState || reference == "" {
		return nil, nil
	}
	s.mutex.Lock()
	known, isKnown := s.orders[reference]
	s.mutex.Unlock()
	if isKnown && !strings.Contains(after, known.State) {
		return nil, nil
	}
	order := Order{Reference: reference, State: state, SinceMs: time.Now().UnixMilli(), Deliveries: known.Deliveries}
	// Here the code goes to the customer. What leaves this process (a mail, an API) takes the reference as its idempotency key.
	if state == "fulfilled" {
		order.Deliveries++
	}
	return &order, nil
}

// Overdue answers references of orders that have been pending for that long.
func (s *Shop) Overdue(after time.Duration) []string {
	before := time.Now().Add(-after).UnixMilli()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var found []string
	for reference, order := range s.orders {
		if order.State == "pending" && order.SinceMs <= before && len(found) < overdueMax {
			found = append(found, reference)
		}
	}
	return found
}

// List answers every order, and how often it was delivered.
func (s *Shop) List() []Order {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	list := make([]Order, 0, len(s.orders))
	for _, order := range s.orders {
		list = append(list, order)
	}
	return list
}
