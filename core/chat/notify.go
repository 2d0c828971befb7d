package chat

// Notify is how an agent wants to be told that a visitor has written while she looks elsewhere. Her conversations she is always told of by what
// she chose; Queue adds those that wait for anybody.
type Notify struct {
	Sound   bool `json:"sound"`
	Desktop bool `json:"desktop"`
	Queue   bool `json:"queue"`
}

// DefaultNotify is what holds for who has chosen nothing.
func DefaultNotify() Notify { return Notify{Sound: true, Desktop: true, Queue: true} }
