import { test } from 'tap';
