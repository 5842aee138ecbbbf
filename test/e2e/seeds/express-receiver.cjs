// The receiver that the Petstore guide shows, with secret and port taken from the environment and what it accepted told to the parent.
const express = require('express');
const crypto = require('node:crypto');
const app = express();

const WEBHOOK_SECRET = process.env.WEBHOOK_SECRET;

// Raw body parser for signature verification
app.use('/webhooks/petstore', express.raw({ type: 'application/json' }));

app.post('/webhooks/petstore', (req, res) => {
  const signature = req.headers['x-petstore-signature'];
  const payload = req.body;

  // Verify signature
  const expectedSignature = crypto.createHmac('sha256', WEBHOOK_SECRET).update(payload).digest('hex');

  if (signature !== `sha256=${expectedSignature}`) {
    return res.status(401).send('Invalid signature');
  }

  // Parse JSON after verification
  const event = JSON.parse(payload);
  process.send({ accepted: event.eventType });

  // Always return 200 OK
  res.sendStatus(200);
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
