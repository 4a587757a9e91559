"""What databases as services, queues and their drivers take, two contexts each."""

from __future__ import annotations

DATABASES = {
    "atlas": (
        "curl --digest -u <~low:8>:<uuid> https://cloud.mongodb.com/api/atlas/v2/groups",
        "MONGODB_ATLAS_PRIVATE_KEY=<uuid>",
    ),
    "astra": ("ASTRA_DB_APPLICATION_TOKEN=AstraCS:<an:24>:<hex:64>", "cqlsh -u token -p AstraCS:<an:24>:<hex:64>"),
    "fauna": ("FAUNA_SECRET=fn<an:38>", "fauna: unauthorized for fnAE<url:36>"),
    "convex": (
        "CONVEX_DEPLOY_KEY=prod:quiet-dawn-123|<b64:120>==",
        "npx convex deploy --admin-key 'prod:quiet-dawn-123|<b64:120>=='",
    ),
    "materialize": (
        "psql postgres://a%40b.example.net:mzp_<hex:64>@x.materialize.cloud:6875/materialize",
        "materialize: mzp_<hex:64> revoked",
    ),
    "hasura": ("x-hasura-admin-secret: <an:64>", "HASURA_GRAPHQL_ADMIN_SECRET=<words>"),
    "prisma": (
        "DATABASE_URL=prisma://accelerate.prisma-data.net/?api_key=<jwt>",
        "prisma+postgres://accelerate.prisma-data.net/?api_key=<jwt>",
    ),
    "influx 2": ("influx write --token <b64:86>== --bucket b", '[[outputs.influxdb_v2]]\n  token = "<b64:86>=="'),
    "meilisearch": ("MEILI_MASTER_KEY=<url:43>", "meilisearch --master-key <url:43>"),
    "typesense": ("X-TYPESENSE-API-KEY: <an:32>", "typesense-server --data-dir /d --api-key=<an:32>"),
    "motherduck": ("duckdb 'md:shop?motherduck_token=<jwt>'", "SET motherduck_token='<jwt>';"),
    "snowflake key": (
        "snowsql -a x -u y --private-key-path k.p8\nSNOWSQL_PRIVATE_KEY_PASSPHRASE=<pw>",
        "SNOWFLAKE_PASSWORD: <pw>",
    ),
    "arango": (
        "arangosh --server.endpoint tcp://a:8529 --server.username root --server.password <pw>",
        "ARANGO_ROOT_PASSWORD=<words>",
    ),
    "surreal": (
        "surreal start --user root --pass <words> memory",
        "DEFINE USER ops ON ROOT PASSWORD '<pw>' ROLES OWNER;",
    ),
    "couchbase": (
        "couchbase-cli server-list -c localhost -u Administrator -p <pw>",
        "cbbackupmgr backup -a x -r y -c c -u Administrator -p <words>",
    ),
    "couchdb admins": ("[admins]\nadmin = -pbkdf2-<hex:40>,<hex:32>,10", "COUCHDB_PASSWORD=<pw>"),
    "dgraph": ("X-Dgraph-AccessToken: <jwt>", "DG-Auth: <b64:43>="),
    "teradata": (".LOGON tdprod/etl,<pw>", "jdbc:teradata://t.example.net/USER=etl,PASSWORD=<pw>"),
    "db2": ("db2 connect to SHOP user etl using <pw>", "jdbc:db2://d.example.net:50000/SHOP:user=etl;password=<pw>;"),
    "sap hana": ("hdbsql -n h:30015 -u SYSTEM -p <pw> 'SELECT 1'", "hdbuserstore SET PROD h:30015 SYSTEM <pw>"),
    "vertica": (
        "vsql -h v -U dbadmin -w <pw> -c 'SELECT 1'",
        "vertica_python.connect(host='v', user='dbadmin', password='<pw>')",
    ),
    "firebird": ("isql -user SYSDBA -password <pw> shop.fdb", "gsec -user sysdba -password <pw> -modify ops -pw <pw>"),
    "mssql": ("sqlcmd -S db -U sa -P '<pw>' -Q 'SELECT 1'", "CREATE LOGIN etl WITH PASSWORD = N'<pw>' MUST_CHANGE;"),
    "oracle": (
        "CREATE DATABASE LINK prod CONNECT TO etl IDENTIFIED BY \"<pw>\" USING 'PROD'",
        "expdp etl/<pw>@prod schemas=etl",
    ),
    "mysql replica": (
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST='a', SOURCE_USER='r', SOURCE_PASSWORD='<pw>';",
        "CHANGE MASTER TO MASTER_USER='r',MASTER_PASSWORD='<words>',MASTER_PORT=3306",
    ),
    "postgres subscription": (
        "CREATE SUBSCRIPTION s CONNECTION 'host=a user=r password=<pw> dbname=d' PUBLICATION p;",
        "primary_conninfo = 'host=10.0.0.4 user=replicator password=<pw> application_name=b'",
    ),
    "postgres fdw": (
        "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'r', password '<pw>');",
        "SELECT dblink_connect('c', 'host=a user=b password=<pw>');",
    ),
    "clickhouse users": (
        "<users><etl><password_sha256_hex><hex:64></password_sha256_hex></etl></users>",
        "clickhouse-client --host c --user etl --password <words>",
    ),
    "redis sentinel": ("sentinel auth-pass mymaster <pw>", "masterauth <words>"),
    "redis acl": ("user app on ~* +@all >s<an:14>", "ACL SETUSER app on >s<an:14> ~* +@all"),
    "kafka scram": (
        "kafka-configs.sh --alter --add-config 'SCRAM-SHA-512=[iterations=8192,password=<pw>]' --entity-type users",
        'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="a" password="<words>";',
    ),
    "event hubs": (
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=<b64:43>=;EntityPath=x",
        "SharedAccessSignature sr=sb%3a%2f%2fa&sig=<b64:43>%3d&se=1700000000&skn=send",
    ),
    "nats creds": (
        "-----BEGIN USER NKEY SEED-----\nSUA<b32:55>\n------END USER NKEY SEED------",
        "nats --creds x --nkey SUA<b32:55> sub a",
    ),
    "cloudamqp": (
        "amqps://qwertyui:<url:32>@quiet-hare.rmq.cloudamqp.com/qwertyui",
        "rabbitmqadmin -u ops -p <pw> list queues",
    ),
    "solr": ('{"credentials":{"solr":"<b64:43>= <b64:43>="}}', "SOLR_AUTHENTICATION_OPTS=-Dbasicauth=solr:<pw>"),
}
