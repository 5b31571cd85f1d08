window.allOrders = [
{{ rows | safe }}
];
