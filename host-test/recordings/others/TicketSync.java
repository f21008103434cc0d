package com.example.tickets;

import java.sql.SQLException;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Copies tickets to a data base that is never there, and logs the stack traces of it. */
public final class TicketSync {
    private static final Logger LOG = Logger.getLogger(TicketSync.class.getName());

    private static void connect(String url) throws SQLException {
        throw new SQLException("Connection refused: " + url, "08001", 17002);
    }

    private static void store(String ticket, Map<String, String> row) {
        try {
            connect(System.getenv("JDBC_URL"));
        } catch (SQLException e) {
            throw new IllegalStateException("cannot store " + ticket + " for row " + row, e);
        }
    }

    public static void main(String[] args) {
        LOG.info("ticket sync starting, build " + System.getenv("GIT_SHA"));
        try {
            store(System.getenv("TICKET"), Map.of("requester", System.getenv("REQUESTER"), "card", System.getenv("CARD")));
        } catch (IllegalStateException e) {
            LOG.log(Level.SEVERE, "sync failed for tenant-acme-001", e);
        }
        LOG.warning("falling back to file store, keystore password=" + System.getenv("KEYSTORE_PASSWORD"));
        System.out.println("api_key: " + System.getenv("API_KEY"));
        throw new IllegalArgumentException("bad SSN " + System.getenv("SSN") + " in row 7 of export, mail " + System.getenv("OPERATOR"));
    }
}
