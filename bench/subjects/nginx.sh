#!/bin/sh
# nginx as a proxy that passes on what it has read, at once. It needs a folder for its configuration and its
# temporary files: $NGINX_FOLDER, or a fresh one. The shell becomes nginx, so that only nginx is measured.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
folder=${NGINX_FOLDER:-$(mktemp -d)}
upstream=${OPENAI_BASE_URL#http://}
# With $TLS_CERTIFICATE and $TLS_KEY it speaks TLS.
tls=
certificate=
if [ -n "${TLS_CERTIFICATE:-}" ]; then
  tls=ssl
  certificate="ssl_certificate $TLS_CERTIFICATE; ssl_certificate_key $TLS_KEY;"
fi

cat >"$folder/nginx.conf" <<END
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log stderr error;
events { worker_connections 32768; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  upstream model {
    server ${upstream%%/*};
    keepalive 4096;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:$PORT backlog=8192 $tls;
    $certificate
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer $OPENAI_API_KEY";
    }
  }
}
END

exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
