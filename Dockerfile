FROM python:3.13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home clinicraft
COPY . /src
RUN pip install --no-cache-dir "/src[queue]" && rm -rf /src
USER clinicraft
WORKDIR /home/clinicraft
RUN mkdir data
CMD ["clinicraft", "serve", "--host", "0.0.0.0", "--port", "8000"]
